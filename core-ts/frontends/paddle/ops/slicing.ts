/** Ops that take out or put in some elements. */
import { attr } from "../../../graph/attributes.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

/** Takes dimensions of length 1 away. */
function decreased(ctx: OpContext, value: string, rank: number) {
  const axes = ctx.numbers("decrease_axis");
  const left = rank - axes.length;
  if (axes.length === 0) return ctx.emit("Identity", [value]);
  // A vector of one that the program calls a vector still.
  if (left === 0 && ctx.output().dims.length === 1) return ctx.emit("Identity", [value]);
  ctx.emit("Squeeze", [value, ctx.ints("decrease", axes)]);
}

/** starts, ends: constants, tensors, or one scalar an axis. */
function bounds(ctx: OpContext): [starts: string, ends: string, axes: string] {
  const starts = ctx.asValue(ctx.givenBy("starts", ["StartsTensor", "StartsTensorList"]), "starts");
  const ends = ctx.asValue(ctx.givenBy("ends", ["EndsTensor", "EndsTensorList"]), "ends");
  return [starts, ends, ctx.ints("axes", ctx.numbers("axes"))];
}

function slice(ctx: OpContext) {
  const x = ctx.input("Input");
  decreased(ctx, ctx.step("Slice", [x.value, ...bounds(ctx)], "slice"), x.dims.length);
}

/** Counted backwards, an end of -1 lies before the first element, where ONNX takes it for the last one. */
function backwardEnds(ctx: OpContext): readonly number[] | undefined {
  const [ends, steps] = [
    ctx.givenBy("ends", ["EndsTensor", "EndsTensorList"]),
    ctx.givenBy("strides", ["StridesTensor", "StridesTensorList"]),
  ];
  if (typeof ends === "string" || typeof steps === "string") return undefined;
  return ends.map((end, i) => (end === -1 && steps[i]! < 0 ? -Number.MAX_SAFE_INTEGER : end));
}

function stridedSlice(ctx: OpContext) {
  const x = ctx.input("Input");
  const steps = ctx.asValue(ctx.givenBy("strides", ["StridesTensor", "StridesTensorList"]), "steps");
  const [starts, ends, axes] = bounds(ctx);
  const known = backwardEnds(ctx);
  const inputs = [x.value, starts, known ? ctx.ints("ends", known) : ends, axes, steps];
  decreased(ctx, ctx.step("Slice", inputs, "slice"), x.dims.length);
}

function crop(ctx: OpContext) {
  const x = ctx.input("X");
  const offsets = ctx.knownBy("offsets", ["Offsets", "OffsetsTensor"]);
  const shape = ctx.knownBy("shape", ["Shape", "ShapeTensor"]);
  const ends = shape.map((size, i) => (size === -1 ? Number.MAX_SAFE_INTEGER : offsets[i]! + size));
  const axes = shape.map((_, i) => i);
  ctx.emit("Slice", [x.value, ctx.ints("starts", offsets), ctx.ints("ends", ends), ctx.ints("axes", axes)]);
}

/** Indices of shape [n, 1] count as [n]. */
function flatIndex(ctx: OpContext, index: Operand): string {
  return index.dims.length > 1 ? ctx.reshaped(index.value, [-1], "index") : index.value;
}

function gather(ctx: OpContext) {
  const [x, index] = [ctx.input("X"), ctx.input("Index")];
  const axis = ctx.axis(ctx.knownBy("axis", ["Axis"])[0] ?? 0, x);
  ctx.emit("Gather", [x.value, flatIndex(ctx, index)], { axis: attr.int(axis) });
}

function indexSelect(ctx: OpContext) {
  const x = ctx.input("X");
  const axis = ctx.axis(ctx.number("dim", 0), x);
  ctx.emit("Gather", [x.value, ctx.input("Index").value], { axis: attr.int(axis) });
}

function gatherNd(ctx: OpContext) {
  const index = ctx.as(ctx.input("Index"), "int64", "index");
  ctx.emit("GatherND", [ctx.input("X").value, index]);
}

function indexSample(ctx: OpContext) {
  ctx.emit("GatherElements", [ctx.input("X").value, ctx.input("Index").value], { axis: attr.int(1) });
}

function takeAlong(ctx: OpContext) {
  const x = ctx.input("Input");
  const axis = ctx.axis(ctx.number("Axis", 0), x);
  ctx.emit("GatherElements", [x.value, ctx.input("Index").value], { axis: attr.int(axis) }, "Result");
}

/** Whole rows: written over, or, the old ones taken as 0, summed. */
function scatter(ctx: OpContext) {
  const [x, ids, updates] = ["X", "Ids", "Updates"].map((slot) => ctx.input(slot)) as [
    Operand,
    Operand,
    Operand,
  ];
  const flat = ctx.reshaped(ctx.as(ids, "int64", "ids"), [-1, 1], "rows");
  if (ctx.flag("overwrite", true)) return ctx.emit("ScatterND", [x.value, flat, updates.value]);
  const nothing = ctx.step("Mul", [updates.value, ctx.scalar("zero", 0, updates.dtype)], "nothing");
  const cleared = ctx.step("ScatterND", [x.value, flat, nothing], "cleared");
  ctx.emit("ScatterND", [cleared, flat, updates.value], { reduction: attr.string("add") });
}

function scatterAdd(ctx: OpContext) {
  const index = ctx.as(ctx.input("Index"), "int64", "index");
  const values = [ctx.input("X").value, index, ctx.input("Updates").value];
  ctx.emit("ScatterND", values, { reduction: attr.string("add") });
}

function whereIndex(ctx: OpContext) {
  const found = ctx.step("NonZero", [ctx.input("Condition").value], "found");
  ctx.emit("Transpose", [found], { perm: attr.ints([1, 0]) });
}

function maskedSelect(ctx: OpContext) {
  const x = ctx.input("X");
  const mask = ctx.step(
    "Expand",
    [ctx.as(ctx.input("Mask"), "int32", "mask"), ctx.step("Shape", [x.value], "shape")],
    "all",
  );
  const flags = ctx.cast(ctx.reshaped(mask, [-1], "flat"), "bool", "flags");
  ctx.emit("Compress", [ctx.reshaped(x.value, [-1], "elements"), flags], {}, "Y");
}

function valuesToSet(ctx: OpContext, x: Operand): string {
  const given = ctx.optional("ValueTensor");
  if (given) return given.value;
  const names = ["values", "fp32_values", "int32_values", "int64_values", "bool_values", "fp64_values"];
  const found = names.map((name) => ctx.numbers(name)).find((list) => list.length > 0);
  if (!found) return ctx.refuse("no values");
  const shape = ctx.numbers("shape", [found.length]);
  const value = ctx.floats("values", found, shape);
  return x.dtype === "float32" ? value : ctx.cast(value, x.dtype, "typed");
}

/** x[slice] = values: the places of the slice among all elements are sliced out, and written there. */
function setValue(ctx: OpContext) {
  const x = ctx.input("Input");
  if (ctx.numbers("none_axes").length > 0) ctx.refuse("new axes");
  const shape = ctx.step("Shape", [x.value], "shape");
  const [zero, one] = [ctx.scalar("zero", 0, "int64"), ctx.scalar("one", 1, "int64")];
  const counted = ctx.step("Range", [zero, ctx.step("Size", [x.value], "size"), one], "counted");
  const places = ctx.step("Reshape", [counted, shape], "places");
  const steps = ctx.asValue(ctx.givenBy("steps", ["StepsTensorList"]), "steps");
  const sliced = ctx.step("Slice", [places, ...bounds(ctx), steps], "sliced");
  const gone = ctx.numbers("decrease_axes");
  const kept = gone.length > 0 ? ctx.step("Squeeze", [sliced, ctx.ints("gone", gone)], "kept") : sliced;
  const target = ctx.step("Shape", [kept], "target");
  const values = ctx.step("Expand", [valuesToSet(ctx, x), target], "values");
  const flat = ["elements", "at", "new"].map((what, i) =>
    ctx.reshaped([x.value, kept, values][i]!, [-1], what),
  );
  const written = ctx.step("ScatterElements", flat, "written", { axis: attr.int(0) });
  ctx.emit("Reshape", [written, shape]);
}

export const SLICING = {
  slice,
  strided_slice: stridedSlice,
  crop,
  crop_tensor: crop,
  gather,
  gather_nd: gatherNd,
  index_select: indexSelect,
  index_sample: indexSample,
  take_along_axis: takeAlong,
  scatter,
  scatter_nd_add: scatterAdd,
  where_index: whereIndex,
  masked_select: maskedSelect,
  set_value: setValue,
} as const satisfies Readonly<Record<string, Convert>>;
