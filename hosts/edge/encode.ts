import { zipSync } from "fflate";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { JobFile } from "../shared/job/index.ts";
import { writeNpz } from "../shared/npy/npz.ts";

/** Characters handed to String.fromCharCode at a time: engines bound the number of arguments. */
const CHUNK = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** ZIP's first day: the same files make the same archive. */
const MTIME = "1980-01-01T00:00:00";

export function zip(files: readonly JobFile[]): Uint8Array {
  return zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])), { mtime: MTIME });
}

/** multipart/mixed (RFC 2046), every part named. */
export function multipart(files: readonly (JobFile & { readonly type: string })[], boundary: string): Blob {
  const parts = files.flatMap(({ name, bytes, type }) => [
    `--${boundary}\r\nContent-Type: ${type}\r\n${disposition(name)}\r\n\r\n`,
    bytes as Uint8Array<ArrayBuffer>,
    "\r\n",
  ]);
  return new Blob([...parts, `--${boundary}--\r\n`]);
}

/** A Content-Disposition header; names beyond ASCII by RFC 8187. */
export function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  const encoded = plain === name ? "" : `; filename*=UTF-8''${encodeURIComponent(name)}`;
  return `Content-Disposition: attachment; filename="${plain}"${encoded}`;
}

/** Elements for JSON: what it has no number for becomes text. */
export function jsonElements({ data }: Tensor): (number | string)[] {
  return Array.from(data as ArrayLike<number | bigint | string>, (value) => {
    if (typeof value === "string") return value;
    const number = Number(value);
    const isExact = typeof value === "bigint" ? Number.isSafeInteger(number) : Number.isFinite(number);
    return isExact ? number : String(value);
  });
}

/** Outputs by name as .npz. Of several batches each has its folder: "0/logits", "1/logits". */
export function npz(batches: readonly ReadonlyMap<string, Tensor>[]): Uint8Array {
  const prefix = (i: number) => (batches.length > 1 ? `${i}/` : "");
  const arrays = batches.flatMap((outputs, i) =>
    [...outputs].map(([name, t]) => [`${prefix(i)}${name}`, t] as const),
  );
  return writeNpz(new Map(arrays));
}
