import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createImageCodecs, type ImageCodecs } from "../shared/images/codecs.ts";

const WASM = "@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm";

/** What handles pictures, from the installed package. */
export async function loadNodeImages(): Promise<ImageCodecs> {
  return createImageCodecs(await readFile(createRequire(import.meta.url).resolve(WASM)));
}
