/** Ops that only lay elements out anew. */
import { attr } from "../../../graph/attributes.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

function reshape(ctx: OpContext) {
  const shape = ctx.givenBy("shape", ["ShapeTensor", "Shape"]);
  ctx.emit("Reshape", [ctx.input("X").value, ctx.asValue(shape, "shape")]);
}

function transpose(ctx: OpContext) {
  ctx.emit("Transpose", [ctx.input("X").value], { perm: attr.ints(ctx.numbers("axis")) });
}

function flatten(ctx: OpContext) {
  ctx.emit("Flatten", [ctx.input("X").value], { axis: attr.int(ctx.number("axis", 1)) });
}

/** The axes from start to stop become one. */
function flattenRange(ctx: OpContext) {
  const x = ctx.input("X");
  const rank = x.dims.length;
  if (rank === 0) return ctx.emit("Reshape", [x.value, ctx.ints("shape", [-1])]);
  const [start, stop] = [ctx.axis(ctx.number("start_axis", 1), x), ctx.axis(ctx.number("stop_axis", -1), x)];
  const tail = x.dims.slice(stop + 1);
  // Axes behind the flat one have moved, so that 0 would not copy them.
  if (tail.some((dim) => dim < 0)) return flattenOpen(ctx, x, [start, stop]);
  const shape = [...x.dims.slice(0, start).map(() => 0), -1, ...tail];
  ctx.emit("Reshape", [x.value, ctx.ints("shape", shape)]);
}

function flattenOpen(ctx: OpContext, { value, dims }: Operand, [start, stop]: readonly [number, number]) {
  const whole = ctx.step("Shape", [value], "whole");
  const tail = ctx.step(
    "Slice",
    [whole, ctx.ints("from", [stop + 1]), ctx.ints("to", [dims.length])],
    "tail",
  );
  const head = ctx.ints("head", [...dims.slice(0, start).map(() => 0), -1]);
  ctx.emit("Reshape", [value, ctx.step("Concat", [head, tail], "shape", { axis: attr.int(0) })]);
}

/** Of the named axes, those of length 1; all of length 1 when none is named. */
function squeeze(ctx: OpContext) {
  const x = ctx.input("X");
  const given = ctx.knownBy("axes", ["AxesTensor", "AxesTensorList"]).map((axis) => ctx.axis(axis, x));
  const candidates = given.length > 0 ? given : x.dims.map((_, axis) => axis);
  // Of open dimensions only those go that the program's own shape of the output lacks.
  const gone = x.dims.length - ctx.output().dims.length;
  const ones = candidates.filter((axis) => x.dims[axis] === 1);
  const axes =
    ones.length === gone ? ones : candidates.filter((axis) => x.dims[axis] === 1 || x.dims[axis] === -1);
  if (axes.length === 0) return ctx.emit("Identity", [x.value]);
  if (axes.length > Math.max(gone, 0) && ones.length !== axes.length) ctx.refuse("open dimensions");
  ctx.emit("Squeeze", [x.value, ctx.ints("axes", axes)]);
}

function unsqueeze(ctx: OpContext) {
  const axes = ctx.givenBy("axes", ["AxesTensor", "AxesTensorList"]);
  ctx.emit("Unsqueeze", [ctx.input("X").value, ctx.asValue(axes, "axes")]);
}

/** -1 keeps a dimension, as 1 does in ONNX. */
function expand(ctx: OpContext) {
  const shape = ctx.givenBy("shape", ["Shape", "expand_shapes_tensor"]);
  const kept =
    typeof shape === "string"
      ? ctx.step("Max", [shape, ctx.ints("one", [1])], "kept")
      : ctx.ints(
          "shape",
          shape.map((dim) => Math.max(dim, 1)),
        );
  expandTo(ctx, ctx.input("X"), kept);
}

/** Expand has no bool in ONNX Runtime everywhere; it goes by way of int32. */
function expandTo(ctx: OpContext, { value, dtype }: Operand, shape: string) {
  if (dtype !== "bool") return ctx.emit("Expand", [value, shape]);
  const expanded = ctx.step("Expand", [ctx.cast(value, "int32", "number"), shape], "expanded");
  ctx.bind(ctx.cast(expanded, "bool", "flag"));
}

function expandAs(ctx: OpContext) {
  const target = ctx.optional("Y") ?? ctx.optional("target_tensor");
  const shape = target
    ? ctx.step("Shape", [target.value], "shape")
    : ctx.ints(
        "shape",
        ctx.numbers("target_shape").map((dim) => Math.max(dim, 1)),
      );
  expandTo(ctx, ctx.input("X"), shape);
}

const tileBy =
  (attribute: string, slots: readonly string[]): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    const times = ctx.givenBy(attribute, slots);
    const rank = x.dims.length;
    if (typeof times === "string") return ctx.emit("Tile", [x.value, times]);
    const all = [...Array.from({ length: Math.max(0, rank - times.length) }, () => 1), ...times];
    const front = Array.from({ length: all.length - rank }, (_, i) => i);
    const value =
      front.length > 0 ? ctx.step("Unsqueeze", [x.value, ctx.ints("front", front)], "raised") : x.value;
    ctx.emit("Tile", [value, ctx.ints("times", all)]);
  };

function concat(ctx: OpContext) {
  const all = ctx.inputs("X");
  const axis = ctx.axis(ctx.knownBy("axis", ["AxisTensor"])[0] ?? 0, all[0] ?? ctx.input("X"));
  ctx.emit(
    "Concat",
    all.map(({ value }) => value),
    { axis: attr.int(axis) },
  );
}

function stack(ctx: OpContext) {
  const all = ctx.inputs("X");
  const axis = ctx.axis(ctx.number("axis", 0), all[0] ?? ctx.input("X"), 1);
  const raised = all.map(({ value }) => ctx.step("Unsqueeze", [value, ctx.ints("axis", [axis])], "raised"));
  ctx.emit("Concat", raised, { axis: attr.int(axis) }, "Y");
}

/** Lengths of the parts; undefined when they are equal and the whole is open. */
function partLengths(ctx: OpContext, whole: number, count: number): readonly number[] | undefined {
  const sections = ctx.knownBy("sections", ["SectionsTensorList"]);
  if (sections.length === 0) {
    return whole >= 0 && whole % count === 0 ? Array.from({ length: count }, () => whole / count) : undefined;
  }
  const rest = whole - sections.reduce((sum, length) => sum + Math.max(length, 0), 0);
  if (sections.includes(-1) && whole < 0) ctx.refuse("sections of an open length");
  return sections.map((length) => (length === -1 ? rest : length));
}

function split(ctx: OpContext) {
  const x = ctx.input("X");
  const axis = ctx.axis(ctx.knownBy("axis", ["AxisTensor"])[0] ?? 0, x);
  const names = ctx.outputNames("Out");
  const lengths = partLengths(ctx, x.dims[axis]!, names.length);
  const made = lengths
    ? ctx.graph.nodes("Split", [x.value, ctx.ints("lengths", lengths)], names, { axis: attr.int(axis) })
    : ctx.graph.nodes("Split", [x.value], names, {
        axis: attr.int(axis),
        num_outputs: attr.int(names.length),
      });
  for (const [i, value] of made.entries()) ctx.bind(value, "Out", i);
}

const unstackTo =
  (slot: string): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    const axis = ctx.axis(ctx.number("axis", 0), x);
    for (const i of ctx.outputNames(slot).keys()) {
      const index = ctx.scalar("index", i, "int64");
      ctx.emit("Gather", [x.value, index], { axis: attr.int(axis) }, slot, i);
    }
  };

const shapeOp: Convert = (ctx) => {
  const whole = ctx.step("Shape", [ctx.input("Input").value], "whole");
  const { dtype } = ctx.output();
  ctx.bind(dtype === "int64" ? whole : ctx.cast(whole, dtype, "shape"));
};

const sizeOp: Convert = (ctx) => {
  const count = ctx.step("Size", [(ctx.optional("Input") ?? ctx.input("X")).value], "count");
  ctx.settle(count, 0);
};

export const SHAPES = {
  reshape,
  reshape2: reshape,
  transpose,
  transpose2: transpose,
  flatten,
  flatten2: flatten,
  flatten_contiguous_range: flattenRange,
  squeeze,
  squeeze2: squeeze,
  unsqueeze,
  unsqueeze2: unsqueeze,
  expand_v2: expand,
  expand_as_v2: expandAs,
  expand: tileBy("expand_times", ["ExpandTimes", "expand_times_tensor"]),
  tile: tileBy("repeat_times", ["RepeatTimes", "repeat_times_tensor"]),
  concat,
  stack,
  split,
  unstack: unstackTo("Y"),
  unbind: unstackTo("Out"),
  shape: shapeOp,
  size: sizeOp,
} as const satisfies Readonly<Record<string, Convert>>;
