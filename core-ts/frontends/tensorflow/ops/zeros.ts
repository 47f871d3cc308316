/** x + 0 → x, x - 0 → x, x · 0 → 0: the states in which unrolled loops begin. A grid for zeros alone would be made up. */
import type { Convert } from "../convert.ts";
import { broadcast, type TensorValue } from "../value.ts";

const isZero = ({ every, known }: TensorValue): boolean =>
  every === 0 || (known !== undefined && known.length > 0 && known.every((one) => one === 0));

/** Whether the result has the shape of this operand; an open axis is the batch, the same one everywhere. */
function isWhole(value: TensorValue, other: TensorValue): boolean {
  const dims = broadcast([value.dims, other.dims]);
  return (
    dims !== null && dims.length === value.dims!.length && dims.every((dim, i) => dim === value.dims![i])
  );
}

const isFloat = ({ dtype }: TensorValue): boolean => dtype === "float32";

/** A sum, or with `isDifference` a - b. */
export const sumWithoutZeros =
  (convert: Convert, isDifference = false): Convert =>
  (node, inputs, to) => {
    const [a, b] = inputs as [TensorValue, TensorValue];
    if (isFloat(a) && isZero(b) && isWhole(a, b)) return a;
    if (isFloat(a) && !isDifference && isZero(a) && isWhole(b, a)) return b;
    return convert(node, inputs, to);
  };

export const productWithZeros =
  (convert: Convert): Convert =>
  (node, inputs, to) => {
    const [a, b] = inputs as [TensorValue, TensorValue];
    const zero = [a, b].find((one, i) => isFloat(one) && isZero(one) && isWhole(one, i === 0 ? b : a));
    return zero ?? convert(node, inputs, to);
  };
