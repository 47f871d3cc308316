import { attr } from "../../../graph/attributes.ts";
import { withoutAxes } from "../axes.ts";
import type { Convert } from "../convert.ts";
import { dtypeOf } from "../dtypes.ts";
import { attrBool, attrType } from "../node.ts";
import { rankedDims, settled, wholeNumbers } from "../settle.ts";
import { physicalAxis, positive, type TensorValue } from "../value.ts";
import { likewise } from "./elementwise.ts";

type Combine = (values: readonly number[]) => number;

/** A reduction of all elements that are known. */
function combined(x: TensorValue, isWhole: boolean, combine: Combine | undefined) {
  if (!combine || !isWhole || !x.known || x.dims?.length === undefined) return undefined;
  const { known } = x;
  if (known.length === 0) return undefined;
  return [known.some((value) => value === null) ? null : combine(known as number[])];
}

const reduce =
  (op: string, combine?: Combine): Convert =>
  (node, [x, axes], to) => {
    const { length: rank } = rankedDims(x!, "a tensor to reduce");
    const gone = wholeNumbers(axes, "the axes of a reduction").map((axis) => positive(axis, rank));
    if (gone.length === 0) return x!;
    const keep = attrBool(node, "keep_dims", attrBool(node, "keepdims", false));
    const type = keep
      ? { ...likewise(x!), dims: x!.dims!.map((dim, axis) => (gone.includes(axis) ? 1 : dim)) }
      : { dtype: x!.dtype, ...withoutAxes(x!, gone) };
    return settled(to, type, combined(x!, gone.length === rank, combine), (full) => {
      const lying = gone.map((axis) => physicalAxis(x!, axis)).sort((a, b) => a - b);
      return to.emit(op, [x!, to.ints(lying, "axes")], full, { keepdims: attr.int(keep ? 1 : 0) });
    });
  };

/** Booleans are reduced as integers. */
const reduceBool =
  (op: string): Convert =>
  (node, [x, axes], to) => {
    const whole = to.cast(x!, "int32", "int32");
    const { known, ...type } = reduce(op)(node, [whole, axes!], to) as TensorValue;
    return to.emit(
      "Cast",
      [type],
      { ...likewise(type), dtype: "bool", ...(known ? { known } : {}) },
      { to: attr.int(9) },
      "bool",
    );
  };

const argument =
  (op: string): Convert =>
  (node, [x, axis], to) => {
    const { length: rank } = rankedDims(x!, "a tensor");
    const at = positive(axis ? wholeNumbers(axis, `the axis of ${op}`)[0]! : 0, rank);
    const dtype = dtypeOf(attrType(node, "output_type") ?? 9) ?? "int64";
    const found = to.emit(
      op,
      [x!],
      { dtype: "int64", ...withoutAxes(x!, [at]) },
      { axis: attr.int(physicalAxis(x!, at)), keepdims: attr.int(0) },
      dtype === "int64" ? "" : "int64",
    );
    return to.cast(found, dtype, "");
  };

const cumulative: Convert = (node, [x, axis], to) => {
  const { length: rank } = rankedDims(x!, "a tensor");
  const at = positive(wholeNumbers(axis, "the axis of Cumsum")[0]!, rank);
  return to.emit("CumSum", [x!, to.scalar("int64", physicalAxis(x!, at), "axis")], likewise(x!), {
    exclusive: attr.int(Number(attrBool(node, "exclusive", false))),
    reverse: attr.int(Number(attrBool(node, "reverse", false))),
  });
};

/** The largest of the last axis, in order, and where they stood. */
const topK: Convert = (_, [x, k], to) => {
  const dims = rankedDims(x!, "a tensor");
  const count = k!.known?.[0] ?? null;
  const shape = [...dims.slice(0, -1), count];
  const number =
    count === null
      ? to.emit(
          "Reshape",
          [to.asInt64(k!, "k64"), to.ints([1], "one")],
          { dtype: "int64", dims: [1] },
          {},
          "k",
        )
      : to.ints([count], "k");
  const [values, indices] = to.emitMany(
    "TopK",
    [to.plain(x!), number],
    [
      { dtype: x!.dtype, dims: shape },
      { dtype: "int64", dims: shape },
    ],
    { axis: attr.int(dims.length - 1), sorted: attr.int(1) },
  );
  return [values!, to.cast(indices!, "int32", "int32")];
};

const sum: Combine = (values) => values.reduce((a, b) => a + b, 0);
const product: Combine = (values) => values.reduce((a, b) => a * b, 1);

export const REDUCING: Readonly<Record<string, Convert>> = {
  All: reduceBool("ReduceMin"),
  Any: reduceBool("ReduceMax"),
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
  Cumsum: cumulative,
  EuclideanNorm: reduce("ReduceL2"),
  Max: reduce("ReduceMax", (values) => Math.max(...values)),
  Mean: reduce("ReduceMean"),
  Min: reduce("ReduceMin", (values) => Math.min(...values)),
  Prod: reduce("ReduceProd", product),
  Sum: reduce("ReduceSum", sum),
  TopKV2: topK,
};
