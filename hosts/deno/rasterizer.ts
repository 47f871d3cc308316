import { ConfigError } from "../../core-ts/errors.ts";
import { createRasterizer, type Rasterizer } from "../shared/plot/rasterizer.ts";
import { withheld } from "./permissions.ts";
import { deno } from "./runtime.ts";

const FILES = ["@resvg/resvg-wasm/index_bg.wasm", "dejavu-fonts-ttf/ttf/DejaVuSans.ttf"];

/** What makes pixels of charts, from the installed packages. @throws ConfigError where they may not be read. */
export async function loadDenoRasterizer(): Promise<Rasterizer> {
  const urls = FILES.map((file) => new URL(import.meta.resolve(file)));
  // The library that draws asks for it when it is loaded.
  const missing = withheld({ name: "env", variable: "NODE_ENV" });
  try {
    if (missing !== undefined) throw new Error(missing);
    const [wasm, font] = await Promise.all(urls.map((url) => deno.readFile(url)));
    return await createRasterizer(wasm!, font!);
  } catch (cause) {
    const paths = urls.map(({ pathname }) => pathname).join(",");
    throw new ConfigError(
      `charts can't be drawn: start Deno with --allow-env=CI,NODE_ENV and --allow-read for ${paths}`,
      { cause },
    );
  }
}
