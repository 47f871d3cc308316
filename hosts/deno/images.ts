import { ConfigError } from "../../core-ts/errors.ts";
import { createImageCodecs, type ImageCodecs } from "../shared/images/codecs.ts";
import { deno } from "./runtime.ts";

/**
 * What handles pictures, from the installed package. The library wants a compiled module or its bytes, which have to be read.
 * @throws ConfigError where that is not permitted.
 */
export async function loadDenoImages(): Promise<ImageCodecs> {
  const file = new URL(import.meta.resolve("@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm"));
  try {
    return await createImageCodecs(await deno.readFile(file));
  } catch (cause) {
    throw new ConfigError(
      `pictures can't be resized: ${file.pathname} can't be read; start Deno with --allow-read for it, or give pictures of the model's size`,
      { file: file.pathname, cause },
    );
  }
}
