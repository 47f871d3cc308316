/** What the system's error codes mean to who gave the path. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EISDIR: "it is a folder, expected a file",
  ENOTDIR: "a part of the path is a file, expected a folder",
  EACCES: "permission is denied",
  EPERM: "the system does not permit it",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it is a file, expected a folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "symbolic links lead in a circle",
  EMFILE: "too many files are open",
  EIO: "the disk reports an error",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GB; keep the weights in external data",
};

/** Why the file system refused, in words. */
export function systemReason(error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: string; readonly message?: string };
  return (code && REASONS[code]) || message || String(error);
}
