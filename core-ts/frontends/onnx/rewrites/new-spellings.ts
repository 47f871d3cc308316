import { ModelError, UnsupportedError } from "../../../errors.ts";
import { attr, stringAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { DTYPE_CODES, type DType } from "../../../tensor/dtype.ts";
import { ALWAYS, type Rewrite } from "../rewrite.ts";

/** TensorProto's names of the types that differ from ours in more than case. */
const PROTO_NAMES: Readonly<Record<string, DType>> = { FLOAT: "float32", DOUBLE: "float64" };

/** Cast(to = "FLOAT") → Cast(to = 1): files from before opset 6 that were raised in version without being converted. */
function numberedType(node: Node): readonly Node[] {
  const found = node.attrs.get("to");
  if (found?.kind !== "string") return [node];
  const name = PROTO_NAMES[found.value] ?? found.value.toLowerCase();
  if (!Object.hasOwn(DTYPE_CODES, name)) {
    throw new ModelError(
      `Cast node "${node.name}" casts to "${found.value}", which is no element type of ONNX; export the model again`,
      { node: node.name },
    );
  }
  node.attrs.set("to", attr.int(DTYPE_CODES[name as DType]));
  return [node];
}

/** GridSample-16 named its modes after the 2-D case. */
const GRID_MODES: Readonly<Record<string, string>> = { bilinear: "linear", bicubic: "cubic" };

function gridMode(node: Node): readonly Node[] {
  const mode = stringAttr(node, "mode", "bilinear");
  node.attrs.set("mode", attr.string(GRID_MODES[mode] ?? mode));
  return [node];
}

/** RoiAlign-10 did not shift by half a pixel; 16 does unless told otherwise. */
function noPixelShift(node: Node): readonly Node[] {
  node.attrs.set("coordinate_transformation_mode", attr.string("output_half_pixel"));
  return [node];
}

/** Scatter was renamed in opset 11. */
function renameScatter(node: Node): readonly Node[] {
  node.op = "ScatterElements";
  return [node];
}

/** Scan-8 has a batch axis and an input for sequence lengths, and lived for one opset. */
function refuseOldScan(node: Node): readonly Node[] {
  throw new UnsupportedError(
    `Scan node "${node.name}" has the form of opset 8, which later opsets do not have; export the model with opset 9 or later`,
    { node: node.name },
  );
}

/** Ops that kept their meaning under another name, attribute value or default. */
export const NEW_SPELLINGS: readonly Rewrite[] = [
  { op: "Cast", until: ALWAYS, rewrite: numberedType },
  { op: "GridSample", until: 20, rewrite: gridMode },
  { op: "RoiAlign", until: 16, rewrite: noPixelShift },
  { op: "Scatter", until: ALWAYS, rewrite: renameScatter },
  { op: "Scan", until: 9, rewrite: refuseOldScan },
];
