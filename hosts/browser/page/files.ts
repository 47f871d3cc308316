/** Files of one drop zone: a new one takes the place of an old one of the same name. */
export function withFiles(old: readonly File[], added: readonly File[]): File[] {
  const names = new Set(added.map(({ name }) => name));
  return [...old.filter(({ name }) => !names.has(name)), ...added];
}

const isNamedLikeModel = ({ name }: File) => /\.onnx$/i.test(name);

/** Whether the files bring a model of their own, so that those of the last one have no use any more. */
export function isNewModel(files: readonly File[]): boolean {
  return files.some(isNamedLikeModel);
}

/** The file that looks most like a model: the first whose name ends like one, else the largest. */
export function likelyModel(files: readonly File[]): File | undefined {
  return files.find(isNamedLikeModel) ?? [...files].sort((a, b) => b.size - a.size)[0];
}

/** 94424 → "94.4 kB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size < 100 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** A file of this page. @throws when the server does not have it. */
export async function ownFile(path: string): Promise<File> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return new File([await response.blob()], path.replace(/^.*\//, ""));
}

/** Hands a file to the user. */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name.replace(/^.*\//, "");
  link.click();
  // The download has its own hold on the content by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
