import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createRasterizer, type Rasterizer } from "../shared/plot/rasterizer.ts";

const WASM = "@resvg/resvg-wasm/index_bg.wasm";
const FONT = "dejavu-fonts-ttf/ttf/DejaVuSans.ttf";

/** What makes pixels of charts, from the installed packages. */
export async function loadNodeRasterizer(): Promise<Rasterizer> {
  const { resolve } = createRequire(import.meta.url);
  const [wasm, font] = await Promise.all([WASM, FONT].map((file) => readFile(resolve(file))));
  return createRasterizer(wasm!, font!);
}
