import { readFile } from "node:fs/promises";
import { DataError } from "../../core-ts/errors.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import { readNpy } from "../shared/npy/read.ts";
import { systemReason } from "./system-reason.ts";

/**
 * The array in a .npy file: any number type, either byte order, either memory order.
 * @throws DataError naming the file.
 */
export async function loadNpy(file: string): Promise<Tensor> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new DataError(`${file} can't be read: ${systemReason(cause)}`, { file, cause });
  }
  return readNpy(bytes, file);
}
