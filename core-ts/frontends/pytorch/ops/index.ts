import type { OpConverter } from "../context.ts";
import { ACTIVATIONS } from "./activations.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { CONVOLUTIONS } from "./convolution.ts";
import { FACTORIES } from "./factories.ts";
import { INDEXINGS } from "./indexing.ts";
import { JOININGS } from "./joining.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATIONS } from "./normalization.ts";
import { PADDINGS } from "./padding.ts";
import { POOLINGS } from "./pooling.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCTIONS } from "./reducing.ts";
import { RESIZINGS } from "./resizing.ts";
import { SHAPES } from "./shapes.ts";

/** ATen ops that are converted, by their names without namespace and overload; one that works in place bears an underscore more. */
export const OPS = {
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...CONVOLUTIONS,
  ...FACTORIES,
  ...INDEXINGS,
  ...JOININGS,
  ...MATRIX,
  ...NORMALIZATIONS,
  ...PADDINGS,
  ...POOLINGS,
  ...RECURRENT,
  ...REDUCTIONS,
  ...RESIZINGS,
  ...SHAPES,
} as const satisfies Readonly<Record<string, OpConverter>>;

/** Ops whose result shows the memory of their input. */
export const VIEWS: ReadonlySet<string> = new Set([
  ...["view", "reshape", "view_as", "reshape_as", "_reshape_alias", "_unsafe_view", "flatten", "unflatten"],
  ...["squeeze", "unsqueeze", "permute", "transpose", "swapaxes", "swapdims", "t", "numpy_T", "mT"],
  ...["movedim", "moveaxis", "expand", "expand_as", "broadcast_to", "slice", "select", "narrow"],
  ...["split", "split_with_sizes", "chunk", "tensor_split", "unbind"],
]);

export function converterOfOp(name: string): OpConverter | undefined {
  return Object.hasOwn(OPS, name) ? OPS[name as keyof typeof OPS] : undefined;
}
