/** Ops that make tensors from nothing, and that change only the type. */
import { attr } from "../../../graph/attributes.ts";
import type { DType } from "../../../tensor/dtype.ts";
import { elementCount, tensor } from "../../../tensor/tensor.ts";
import type { Convert, OpContext } from "../context.ts";
import { dtypeOf, isStored } from "../dtypes.ts";
import { filledTensor } from "../filled-tensor.ts";

/** The type that an attribute names; -1 is that of the output. */
function typeBy(ctx: OpContext, attribute: string): DType {
  const code = ctx.number(attribute, -1);
  const dtype = code < 0 ? ctx.output().dtype : dtypeOf(code);
  return isStored(dtype) ? dtype : ctx.refuse(`type ${dtype ?? code}`);
}

function fillNumber(ctx: OpContext): number {
  const text = ctx.text("str_value", "");
  return text === "" ? ctx.number("value", 0) : Number(text.replace(/^(-?)inf$/i, "$1Infinity"));
}

/** A tensor full of one number; the shape may be computed. */
function filled(
  ctx: OpContext,
  dtype: DType,
  [shape, number]: readonly [readonly number[] | string, number],
) {
  if (!isStored(dtype)) return ctx.refuse(`type ${dtype}`);
  if (typeof shape !== "string" && elementCount(shape) <= 4096) {
    return ctx.bind(ctx.constant("filled", filledTensor(dtype, shape, [number])));
  }
  const one = ctx.scalar("number", number, dtype);
  ctx.emit("Expand", [one, ctx.asValue(shape, "shape")]);
}

function fillConstant(ctx: OpContext) {
  const dtype = typeBy(ctx, "dtype");
  const shape = ctx.givenBy("shape", ["ShapeTensor", "ShapeTensorList"]);
  const given = ctx.optional("ValueTensor");
  if (!given) return filled(ctx, dtype, [shape, fillNumber(ctx)]);
  const number = ctx.reshaped(ctx.as(given, dtype, "typed"), [], "number");
  ctx.emit("Expand", [number, ctx.asValue(shape, "shape")]);
}

/** One dimension is that of the input. */
function fillLikeBatch(ctx: OpContext) {
  const from = ctx.number("input_dim_idx", 0);
  const to = ctx.number("output_dim_idx", 0);
  const shape = ctx.numbers("shape");
  const size = ctx.step("Shape", [ctx.input("Input").value], "size", {
    start: attr.int(from),
    end: attr.int(from + 1),
  });
  const parts = shape.map((dim, i) => (i === to ? size : ctx.ints("dim", [dim])));
  filled(ctx, typeBy(ctx, "dtype"), [
    ctx.step("Concat", parts, "shape", { axis: attr.int(0) }),
    fillNumber(ctx),
  ]);
}

const fillLike =
  (fallback: number): Convert =>
  (ctx) => {
    const { value } = ctx.input("X");
    filled(ctx, ctx.output().dtype, [ctx.step("Shape", [value], "shape"), ctx.number("value", fallback)]);
  };

function assignValue(ctx: OpContext) {
  const dtype = typeBy(ctx, "dtype");
  const names = [
    "values",
    "fp32_values",
    "int32_values",
    "int64_values",
    "bool_values",
    "fp64_values",
    "int8_values",
  ];
  const values = names.map((name) => ctx.numbers(name)).find((list) => list.length > 0) ?? [];
  if (!isStored(dtype)) return ctx.refuse(`type ${dtype}`);
  ctx.bind(ctx.constant("values", filledTensor(dtype, ctx.numbers("shape"), values)));
}

function assign(ctx: OpContext) {
  ctx.emit("Identity", [ctx.input("X").value]);
}

function cast(ctx: OpContext) {
  const dtype = typeBy(ctx, "out_dtype");
  ctx.bind(ctx.cast(ctx.input("X").value, dtype, "cast"));
}

/** A tensor of one element, or a scalar, as a scalar. */
function scalarOf(ctx: OpContext, slot: string, dtype: DType): string {
  const given = ctx.input(slot);
  const known = ctx.numbersOf(given);
  return known
    ? ctx.scalar(slot, known[0]!, dtype)
    : ctx.reshaped(ctx.as(given, dtype, `${slot}Cast`), [], slot);
}

function range(ctx: OpContext) {
  const { dtype } = ctx.output();
  ctx.emit(
    "Range",
    ["Start", "End", "Step"].map((slot) => scalarOf(ctx, slot, dtype)),
  );
}

function linspace(ctx: OpContext) {
  const known = (slot: string): number =>
    ctx.numbersOf(ctx.input(slot))?.[0] ?? ctx.refuse(`a computed ${slot}`);
  const [start, stop, count] = [known("Start"), known("Stop"), known("Num")];
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  ctx.bind(
    ctx.floats(
      "points",
      Array.from({ length: count }, (_, i) => start + i * step),
    ),
  );
}

function eye(ctx: OpContext) {
  const dtype = typeBy(ctx, "dtype");
  const rows = ctx.number("num_rows", 0);
  const columns = ctx.number("num_columns", -1);
  const width = columns < 0 ? rows : columns;
  const values = Array.from({ length: rows * width }, (_, i) =>
    Math.floor(i / width) === i % width ? 1 : 0,
  );
  if (!isStored(dtype)) return ctx.refuse(`type ${dtype}`);
  ctx.bind(ctx.constant("eye", filledTensor(dtype, [rows, width], values)));
}

function oneHot(ctx: OpContext) {
  const depth = ctx.knownBy("depth", ["depth_tensor"])[0]!;
  const values = ctx.constant("values", tensor("float32", [2], Float32Array.of(0, 1)));
  ctx.emit(
    "OneHot",
    [ctx.as(ctx.input("X"), "int64", "index"), ctx.scalar("depth", depth, "int64"), values],
    {
      axis: attr.int(-1),
    },
  );
}

export const CONSTANTS = {
  fill_constant: fillConstant,
  fill_constant_batch_size_like: fillLikeBatch,
  fill_any_like: fillLike(0),
  fill_zeros_like: fillLike(0),
  assign_value: assignValue,
  assign,
  share_data: assign,
  cast,
  range,
  linspace,
  eye,
  one_hot_v2: oneHot,
} as const satisfies Readonly<Record<string, Convert>>;
