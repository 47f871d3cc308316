import { DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { FileSystem } from "../files/file-system.ts";
import { systemReason } from "../files/system-reason.ts";
import { readNpy } from "./read.ts";

/**
 * The array in a .npy file: any number type, either byte order, either memory order.
 * @throws DataError naming the file.
 */
export async function loadNpyFrom(fs: FileSystem, file: string): Promise<Tensor> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(file);
  } catch (cause) {
    throw new DataError(`${file} can't be read: ${systemReason(cause)}`, { file, cause });
  }
  return readNpy(bytes, file);
}
