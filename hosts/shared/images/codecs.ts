import instantiate, { resize } from "@jsquash/resize/lib/resize/pkg/squoosh_resize.js";
import type { Picture, Size } from "./picture.ts";

/** What of handling pictures needs WebAssembly, and so the host's way of loading it. */
export interface ImageCodecs {
  /** Bicubic (Catmull-Rom: a = -0.5), with antialiasing where the picture shrinks: Pillow's BICUBIC up to rounding. */
  resize(picture: Picture, to: Size): Picture;
}

/** Number of the method "catrom" in the library. */
const CATROM = 1;

/**
 * @param wasm squoosh_resize_bg.wasm of @jsquash/resize: a WebAssembly.Module, or its bytes where the runtime compiles bytes. The library keeps
 * one instance a process; a second call uses it as well.
 */
export async function createImageCodecs(wasm: Uint8Array | object): Promise<ImageCodecs> {
  await instantiate(wasm);
  return {
    resize(picture, { width, height }) {
      if (picture.width === width && picture.height === height) return picture;
      const { rgba } = picture;
      const resized = resize(rgba, picture.width, picture.height, width, height, CATROM, false, false);
      return { width, height, rgba: new Uint8Array(resized.buffer as ArrayBuffer) };
    },
  };
}
