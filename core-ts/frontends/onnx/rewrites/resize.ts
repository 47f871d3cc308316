import { attr, stringAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { type Tensor, tensor, toNumbers } from "../../../tensor/tensor.ts";
import { ALWAYS, newNode, operand, type Rewrite, type RewriteContext, result } from "../rewrite.ts";

const isEmpty = (t: Tensor | undefined): boolean => t?.dims.includes(0) ?? false;

function scalesOf(node: Node, ctx: RewriteContext): readonly number[] | undefined {
  const found = ctx.constant(node.inputs[1] ?? "");
  return found?.dtype === "float32" ? toNumbers(found) : undefined;
}

/** Resize(x, scales) as opset 10 meant it: pixel i is at i / scale. */
function asymmetric(x: string, scales: string, output: string, modes: Record<string, string>): Node {
  const attrs = { coordinate_transformation_mode: "asymmetric", ...modes };
  return newNode(
    "Resize",
    [x, "", scales],
    output,
    Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, attr.string(value)])),
  );
}

/**
 * Nearest at opset 10: ONNX does not say which neighbour; its own test data and ONNX Runtime take the one below where an axis grows, and the
 * one above where it shrinks. One node can't do both, so a mixed resize becomes two, which is exact, since nearest treats every axis alone.
 * Scales that are no constants are taken to be enlargements.
 */
function nearest(node: Node, ctx: RewriteContext): Node[] {
  const [x, scales, y] = [operand(node, 0), operand(node, 1), result(node)];
  const known = scalesOf(node, ctx);
  const shrinks = known?.some((scale) => scale < 1) ?? false;
  const grows = known?.some((scale) => scale > 1) ?? true;
  const up = { mode: "nearest", nearest_mode: "floor" };
  const down = { mode: "nearest", nearest_mode: "ceil" };
  if (!known || !shrinks) return [asymmetric(x, scales, y, up)];
  if (!grows) return [asymmetric(x, scales, y, down)];
  const part = (name: string, values: number[]) =>
    ctx.addConstant(`${node.name}_${name}`, tensor("float32", [values.length], Float32Array.from(values)));
  const larger = part(
    "larger",
    known.map((scale) => Math.max(scale, 1)),
  );
  const smaller = part(
    "smaller",
    known.map((scale) => Math.min(scale, 1)),
  );
  const between = ctx.newValue(`${node.name}_enlarged`);
  return [asymmetric(x, larger, between, up), asymmetric(between, smaller, y, down)];
}

/** Upsample(x, scales) and Resize-10(x, scales) → Resize(x, , scales). */
function modernize(node: Node, ctx: RewriteContext): Node[] {
  const mode = stringAttr(node, "mode", "nearest");
  const nodes =
    mode === "nearest"
      ? nearest(node, ctx)
      : [asymmetric(operand(node, 0), operand(node, 1), result(node), { mode: "linear" })];
  nodes.at(-1)!.name = node.name;
  return nodes;
}

/** Upsample-7 has its scales as an attribute. */
function scalesToInput(node: Node, ctx: RewriteContext): readonly Node[] {
  const found = node.attrs.get("scales");
  if (found?.kind !== "floats") return [node];
  const scales = tensor("float32", [found.value.length], Float32Array.from(found.value));
  node.inputs = [operand(node, 0), ctx.addConstant(`${node.name}_scales`, scales)];
  return [node];
}

/** Opsets 11 and 12 could not leave out roi and scales: empty tensors stood for them, and exporters write those at any opset. */
function dropEmptyInputs(node: Node, ctx: RewriteContext): readonly Node[] {
  const crops = stringAttr(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  node.inputs = node.inputs.map((name, i) =>
    (i === 1 && !crops) || (i > 0 && isEmpty(ctx.constant(name))) ? "" : name,
  );
  return [node];
}

/** Roundings at (i + 0.5) / scale that are roundings half a pixel before, at half_pixel. */
const HALF_A_PIXEL_BEFORE: Readonly<Record<string, string>> = {
  floor: "round_prefer_ceil",
  round_prefer_floor: "ceil",
};

/** tf_half_pixel_for_nn, which opset 13 took away, reads half a pixel behind half_pixel. */
function halfPixel(node: Node): readonly Node[] {
  const coordinates = stringAttr(node, "coordinate_transformation_mode", "half_pixel");
  const rounding = HALF_A_PIXEL_BEFORE[stringAttr(node, "nearest_mode", "round_prefer_floor")];
  if (
    coordinates !== "tf_half_pixel_for_nn" ||
    stringAttr(node, "mode", "nearest") !== "nearest" ||
    !rounding
  )
    return [node];
  node.attrs.set("coordinate_transformation_mode", attr.string("half_pixel"));
  node.attrs.set("nearest_mode", attr.string(rounding));
  return [node];
}

export const RESIZE: readonly Rewrite[] = [
  { op: "Upsample", until: 9, rewrite: scalesToInput },
  { op: "Upsample", until: ALWAYS, rewrite: modernize },
  { op: "Resize", until: 11, rewrite: modernize },
  { op: "Resize", until: ALWAYS, rewrite: dropEmptyInputs },
  { op: "Resize", until: ALWAYS, rewrite: halfPixel },
];
