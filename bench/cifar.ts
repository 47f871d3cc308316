import { readFileSync } from "node:fs";
import type { Tensor } from "../core-ts/index.ts";

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** A .npy file of the shared folder: its payload after the header (format spec: numpy.lib.format). */
function npyPayload(path: string): Uint8Array {
  const file = readFileSync(path);
  return file.subarray(10 + file.readUInt16LE(8));
}

/** CIFAR images as the ResNets of ../shared/models take them: float32 [n,3,32,32], normalised. */
export function cifarBatch(images: Uint8Array, from: number, count: number): Tensor {
  const size = 3 * 32 * 32;
  const data = new Float32Array(count * size);
  for (let i = 0; i < data.length; i++) {
    const c = Math.floor(i / 1024) % 3;
    data[i] = (images[from * size + i]! / 255 - MEAN[c]!) / STD[c]!;
  }
  return { dtype: "float32", dims: [count, 3, 32, 32], data };
}

export interface Cifar {
  readonly calibration: Uint8Array;
  readonly test: Uint8Array;
  readonly labels: number[];
}

export function loadCifar(shared: string): Cifar {
  const labels = npyPayload(`${shared}/data/cifar/test10k_labels.npy`);
  return {
    calibration: npyPayload(`${shared}/data/cifar/calib512_images.npy`),
    test: npyPayload(`${shared}/data/cifar/test10k_images.npy`),
    labels: Array.from(new BigInt64Array(Uint8Array.from(labels).buffer), Number),
  };
}
