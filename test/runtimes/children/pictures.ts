import { digestOf } from "../../../core-ts/calibrate/cache/identity.ts";
import { createImageCodecs, type ImageCodecs } from "../../../hosts/shared/images/codecs.ts";
import { decodePicture } from "../../../hosts/shared/images/decode.ts";
import { fitPicture } from "../../../hosts/shared/images/fit.ts";
import { readNpz } from "../../../hosts/shared/npy/npz.ts";

/** Pictures of all kinds, below the project's root. */
export const PICTURES = "test/fixtures/images/pillow.npz";
export const RESIZE = "node_modules/@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm";

const SIZES = [
  { width: 31, height: 40 },
  { width: 9, height: 8 },
];

/** SHA-256 of what becomes of every picture: larger and smaller, stretched and in a letterbox. */
async function digests(archive: Uint8Array, codecs: ImageCodecs): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [key, { data }] of readNpz(archive, PICTURES)) {
    if (!key.startsWith("file ")) continue;
    const picture = decodePicture(data as Uint8Array, key);
    const parts = [picture.rgba];
    for (const size of SIZES) {
      for (const letterbox of [undefined, { padding: 114, enlarges: true }])
        parts.push((await fitPicture(picture, size, letterbox, async () => codecs)).picture.rgba);
    }
    found[key] = digestOf(Uint8Array.from(parts.flatMap((part) => [...part])));
  }
  return found;
}

/** What every runtime has to answer alike. @param wasm the resizer's bytes, or its module. */
export async function pictureReport(archive: Uint8Array, wasm: Uint8Array | object): Promise<string> {
  return JSON.stringify(await digests(archive, await createImageCodecs(wasm)));
}
