import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** What makes pixels of an SVG picture. */
export interface Rasterizer {
  png(svg: string): Uint8Array;
}

/** Pixels for one of the SVG: readable on dense displays and on paper. */
const ZOOM = 2;

let started: Promise<void> | undefined;

/** @param wasm index_bg.wasm of @resvg/resvg-wasm, its bytes or a module; the library keeps the first one it gets. @param font a TrueType file, DejaVu Sans. */
export async function createRasterizer(wasm: Uint8Array, font: Uint8Array): Promise<Rasterizer> {
  started ??= initWasm(wasm);
  await started;
  return {
    png(svg) {
      const resvg = new Resvg(svg, {
        fitTo: { mode: "zoom", value: ZOOM },
        font: { fontBuffers: [font], defaultFontFamily: "DejaVu Sans", loadSystemFonts: false },
      });
      try {
        return resvg.render().asPng();
      } finally {
        resvg.free();
      }
    },
  };
}
