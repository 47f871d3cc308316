import { ModelError } from "../errors.ts";

/**
 * Reads a part of a file that lies beside the model; `location` is a relative path inside the model's folder, `length` undefined means
 * to the end of the file.
 */
export type ExternalReader = (
  location: string,
  offset: number,
  length: number | undefined,
) => Promise<Uint8Array>;

/** @throws ModelError for a path that leaves the model's folder. */
export function checkLocation(location: string, tensorName: string): void {
  const parts = location.split(/[/\\]/);
  const absolute = /^([/\\]|[A-Za-z]:)/.test(location);
  if (location === "" || absolute || parts.includes("..") || location.includes("\0")) {
    throw new ModelError(
      `tensor "${tensorName}" keeps its data in "${location}", which is not a path inside the model's folder; save the model again with relative external data`,
      { value: tensorName },
    );
  }
}

/** An offset or length of external_data: a decimal number of bytes. */
export function byteCount(text: string | undefined, key: string, tensorName: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new ModelError(
      `tensor "${tensorName}" has external ${key} "${text}", not a number of bytes; save the model again`,
      { value: tensorName },
    );
  }
  return value;
}
