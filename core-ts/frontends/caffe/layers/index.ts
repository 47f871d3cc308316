import type { LayerConverter } from "../context.ts";
import { ACTIVATIONS } from "./activations.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { CONVOLUTIONS } from "./convolution.ts";
import { DETECTION } from "./detection-output.ts";
import { PRODUCTS } from "./inner-product.ts";
import { NORMALIZATIONS } from "./normalization.ts";
import { POOLINGS } from "./pooling.ts";
import { PRIORS } from "./prior-box.ts";
import { RECURRENT } from "./recurrent.ts";
import { SOURCES } from "./resize.ts";
import { SHAPES } from "./shapes.ts";

/** Layer types that are converted, by their names in a prototxt. */
export const LAYERS = {
  ...CONVOLUTIONS,
  ...PRODUCTS,
  ...POOLINGS,
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...NORMALIZATIONS,
  ...SHAPES,
  ...SOURCES,
  ...RECURRENT,
  ...PRIORS,
  ...DETECTION,
} as const satisfies Readonly<Record<string, LayerConverter>>;

export function converterOfLayer(type: string): LayerConverter | undefined {
  return Object.hasOwn(LAYERS, type) ? LAYERS[type as keyof typeof LAYERS] : undefined;
}
