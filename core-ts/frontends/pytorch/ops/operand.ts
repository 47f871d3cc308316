import { attr } from "../../../graph/attributes.ts";
import { DTYPE_CODES } from "../../../tensor/dtype.ts";
import type { ScalarType } from "../archive/scalar-types.ts";
import type { OpContext } from "../context.ts";
import type { Value } from "../value.ts";

const FLOATS: readonly ScalarType[] = ["float16", "float32", "float64"];

export const isFloat = (dtype: ScalarType): boolean => FLOATS.includes(dtype);

/** The value's name, in another type if need be. */
export function cast(ctx: OpContext, value: Value, dtype: ScalarType): string {
  if (value.dtype === dtype) return value.name;
  return ctx.step("Cast", [value.name], "cast", { to: attr.int(DTYPE_CODES[dtype]) });
}

/** A tensor or a number as an operand of type `dtype`. */
export function operand(ctx: OpContext, name: string, dtype: ScalarType): string {
  if (ctx.isTensor(name)) return cast(ctx, ctx.tensor(name), dtype);
  return ctx.scalar(name, ctx.number(name), dtype);
}

const kindOf = (dtype: ScalarType): number => (isFloat(dtype) ? 2 : dtype === "bool" ? 0 : 1);
const WIDTHS: readonly ScalarType[] = [
  "bool",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "float16",
  "float32",
  "float64",
];

/** The type in which torch compares or combines two operands: what has dimensions beats what has none, and that beats a number. */
export function commonType(ctx: OpContext, names: readonly string[]): ScalarType {
  const operands = names.map((name) => {
    if (ctx.isTensor(name)) {
      const { dtype, rank } = ctx.tensor(name);
      return { dtype, priority: rank > 0 ? 2 : 1 };
    }
    const dtype: ScalarType = ctx.isFloat(name) ? "float32" : "int64";
    return { dtype, priority: 0 };
  });
  const best = operands.reduce((a, b) => {
    const [x, y] = [kindOf(a.dtype), kindOf(b.dtype)];
    if (x !== y) return x > y ? a : b;
    if (a.priority !== b.priority) return a.priority > b.priority ? a : b;
    return WIDTHS.indexOf(a.dtype) >= WIDTHS.indexOf(b.dtype) ? a : b;
  });
  return best.dtype;
}
