import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Picture } from "../../../../hosts/shared/images/picture.ts";
import { readNpz } from "../../../../hosts/shared/npy/npz.ts";

const FILE = fileURLToPath(new URL("../../../fixtures/images/pillow.npz", import.meta.url));

/** Pictures and what Pillow makes of them: test/fixtures/images/make.py. */
export const PILLOW = readNpz(readFileSync(FILE), FILE);

export function bytesOf(name: string): Uint8Array {
  return PILLOW.get(name)!.data as Uint8Array;
}

/** An array [height, width, 3] as a picture. */
export function pictureOf(name: string): Picture {
  const { dims, data } = PILLOW.get(name)!;
  const [height, width] = dims as [number, number];
  const rgba = new Uint8Array(width * height * 4).fill(255);
  (data as Uint8Array).forEach((sample, i) => {
    rgba[Math.floor(i / 3) * 4 + (i % 3)] = sample;
  });
  return { width, height, rgba };
}

/** Mean and largest difference of the samples of two pictures; NaN where they differ in size. */
export function difference(a: Picture, b: Picture): { readonly mean: number; readonly most: number } {
  if (a.width !== b.width || a.height !== b.height) return { mean: Number.NaN, most: Number.NaN };
  let [sum, most] = [0, 0];
  a.rgba.forEach((sample, i) => {
    const apart = Math.abs(sample - b.rgba[i]!);
    sum += apart;
    most = Math.max(most, apart);
  });
  return { mean: sum / (a.width * a.height * 3), most };
}
