import { attr } from "../../../graph/attributes.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { foldElementwise } from "../fold.ts";
import { attrString } from "../node.ts";
import { settled } from "../settle.ts";
import type { TensorValue } from "../value.ts";
import { productWithZeros, sumWithoutZeros } from "./zeros.ts";

type Compute = (a: number, b: number) => number;

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";
/** Floats are folded as the op would compute them. */
const rounded = (dtype: DType, compute: Compute): Compute =>
  dtype === "float32" ? (a, b) => Math.fround(compute(a, b)) : compute;

function apply(
  to: Emitter,
  op: string,
  values: readonly TensorValue[],
  { compute, dtype }: { compute?: Compute | undefined; dtype?: DType } = {},
): TensorValue {
  const { operands, type } = to.aligned(values);
  const result = dtype ?? values[0]!.dtype;
  const known = compute && foldElementwise(values, type.dims, rounded(values[0]!.dtype, compute))?.known;
  return settled(to, { dtype: result, ...type }, known, (full) => to.emit(op, operands, full));
}

const arithmetic =
  (op: string, compute?: Compute): Convert =>
  (_, inputs, to) =>
    apply(to, op, inputs, { compute });

const comparison =
  (op: string, compute: Compute): Convert =>
  (_, inputs, to) =>
    apply(to, op, inputs, { compute, dtype: "bool" });

/** The intermediate result of a larger formula. */
function part(
  to: Emitter,
  op: string,
  values: readonly TensorValue[],
  name: string,
  dtype?: DType,
): TensorValue {
  const { operands, type } = to.aligned(values);
  return to.emit(op, operands, { dtype: dtype ?? values[0]!.dtype, ...type }, {}, name);
}

/** Integer division cuts off towards zero in both. */
const divide: Convert = (_, inputs, to) =>
  apply(to, "Div", inputs, {
    compute: isFloat(inputs[0]!.dtype) ? (a, b) => a / b : (a, b) => Math.trunc(a / b),
  });

/** floor(a / b); (a - floormod(a, b)) / b for integers. */
const floorDivide: Convert = (_, inputs, to) => {
  const [a, b] = inputs as [TensorValue, TensorValue];
  const { type } = to.aligned(inputs);
  const known = foldElementwise(inputs, type.dims, (x, y) => Math.floor(x / y))?.known;
  return settled(to, { dtype: a.dtype, ...type }, known, (full) => {
    if (isFloat(a.dtype)) return to.emit("Floor", [part(to, "Div", [a, b], "div")], full);
    const rest = part(to, "Mod", [a, b], "mod");
    return apply(to, "Div", [part(to, "Sub", [a, rest], "sub"), b]);
  });
};

/** The remainder with the sign of b: a - floor(a / b)·b for floats, as ONNX has it for integers. */
const floorMod: Convert = (_, inputs, to) => {
  const [a, b] = inputs as [TensorValue, TensorValue];
  if (!isFloat(a.dtype)) return apply(to, "Mod", inputs, { compute: (x, y) => x - Math.floor(x / y) * y });
  const whole = part(to, "Div", [a, b], "div");
  const floor = part(to, "Floor", [whole], "floor");
  return apply(to, "Sub", [a, part(to, "Mul", [floor, b], "mul")]);
};

/** The remainder with the sign of a. */
const truncateMod: Convert = (_, inputs, to) => {
  const { operands, type } = to.aligned(inputs);
  return to.emit("Mod", operands, { dtype: inputs[0]!.dtype, ...type }, { fmod: attr.int(1) });
};

/** The bias goes along the channels, which data_format says where they are. */
const biasAdd: Convert = (node, [x, bias], to) => {
  const rank = x!.dims?.length;
  if (rank === undefined || rank < 3 || !attrString(node, "data_format", "NHWC").startsWith("NC"))
    return apply(to, "Add", [x!, bias!]);
  const dims = [bias!.dims?.[0] ?? null, ...new Array<number>(rank - 2).fill(1)];
  const shape = to.ints(
    dims.map((dim) => dim ?? -1),
    "shape",
  );
  const constant = dims.every((dim) => dim !== null)
    ? to.reshapedConstant(bias!, dims as number[])
    : undefined;
  const spread = constant ?? to.emit("Reshape", [bias!, shape], { dtype: bias!.dtype, dims }, {}, "bias");
  return apply(to, "Add", [x!, spread]);
};

const squaredDifference: Convert = (_, [a, b], to) => {
  const difference = part(to, "Sub", [a!, b!], "sub");
  return apply(to, "Mul", [difference, difference]);
};

/** a / b, and 0 where b is 0. */
const divideNoNan: Convert = (_, [a, b], to) => {
  const zero = to.scalar(b!.dtype, 0, "zero");
  const isZero = part(to, "Equal", [b!, zero], "isZero", "bool");
  const quotient = part(
    to,
    "Div",
    [a!, part(to, "Where", [isZero, to.scalar(b!.dtype, 1, "one"), b!], "safe", b!.dtype)],
    "div",
  );
  const { operands, type } = to.aligned([isZero, to.scalar(a!.dtype, 0, "nothing"), quotient]);
  return to.emit("Where", operands, { dtype: a!.dtype, ...type });
};

const notEqual: Convert = (_, inputs, to) => {
  const { type } = to.aligned(inputs);
  const known = foldElementwise(inputs, type.dims, (a, b) => (a === b ? 0 : 1))?.known;
  return settled(to, { dtype: "bool", ...type }, known, (full) =>
    to.emit("Not", [part(to, "Equal", inputs, "equal", "bool")], full),
  );
};

const addN: Convert = (_, inputs, to) =>
  inputs.length === 1 ? inputs[0]! : apply(to, inputs.length === 2 ? "Add" : "Sum", inputs);

/** Select takes a condition of rank 1 as one of the first axis; SelectV2 broadcasts. */
const select =
  (firstAxis: boolean): Convert =>
  (_, [condition, a, b], to) => {
    let when = condition!;
    const rank = a!.dims?.length ?? 0;
    if (firstAxis && when.dims?.length === 1 && rank > 1) {
      const axes = to.ints(
        Array.from({ length: rank - 1 }, (_, i) => i + 1),
        "axes",
      );
      const dims = [when.dims[0]!, ...new Array<number>(rank - 1).fill(1)];
      when = to.emit("Unsqueeze", [when, axes], { dtype: "bool", dims }, {}, "condition");
    }
    const { operands, type } = to.aligned([when, a!, b!]);
    const known = foldElementwise([when, a!, b!], type.dims, (c, x, y) => (c ? x! : y!))?.known;
    return settled(to, { dtype: a!.dtype, ...type }, known, (full) => to.emit("Where", operands, full));
  };

const clipByValue: Convert = (_, [x, low, high], to) => {
  if (low!.dims?.length === 0 && high!.dims?.length === 0) {
    const { dtype, dims, perm } = x!;
    return to.emit("Clip", [x!, low!, high!], { dtype, dims, ...(perm ? { perm } : {}) });
  }
  return apply(to, "Min", [part(to, "Max", [x!, low!], "max"), high!]);
};

export const BINARY: Readonly<Record<string, Convert>> = {
  Add: sumWithoutZeros(arithmetic("Add", (a, b) => a + b)),
  AddN: addN,
  AddV2: sumWithoutZeros(arithmetic("Add", (a, b) => a + b)),
  BiasAdd: biasAdd,
  BiasAddV1: (_, inputs, to) => apply(to, "Add", inputs),
  ClipByValue: clipByValue,
  Div: divide,
  DivNoNan: divideNoNan,
  Equal: comparison("Equal", (a, b) => Number(a === b)),
  FloorDiv: floorDivide,
  FloorMod: floorMod,
  Greater: comparison("Greater", (a, b) => Number(a > b)),
  GreaterEqual: comparison("GreaterOrEqual", (a, b) => Number(a >= b)),
  Less: comparison("Less", (a, b) => Number(a < b)),
  LessEqual: comparison("LessOrEqual", (a, b) => Number(a <= b)),
  LogicalAnd: comparison("And", (a, b) => a && b),
  LogicalOr: comparison("Or", (a, b) => a || b),
  Maximum: arithmetic("Max", Math.max),
  Minimum: arithmetic("Min", Math.min),
  Mod: truncateMod,
  Mul: productWithZeros(arithmetic("Mul", (a, b) => a * b)),
  NotEqual: notEqual,
  Pow: arithmetic("Pow"),
  RealDiv: divide,
  Select: select(true),
  SelectV2: select(false),
  SquaredDifference: squaredDifference,
  Sub: sumWithoutZeros(
    arithmetic("Sub", (a, b) => a - b),
    true,
  ),
  TruncateDiv: divide,
  TruncateMod: truncateMod,
};
