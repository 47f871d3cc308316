import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import { loadNpyFrom } from "../shared/npy/load.ts";
import { denoFileSystem } from "./file-system.ts";

/**
 * The array in a .npy file: any number type, either byte order, either memory order.
 * @throws DataError naming the file.
 */
export function loadNpy(file: string): Promise<Tensor> {
  return loadNpyFrom(denoFileSystem, file);
}
