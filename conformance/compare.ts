import { toBytes } from "../core-ts/onnx/tensor-data.ts";
import { type Tensor, toNumbers } from "../core-ts/tensor/tensor.ts";

const bytesOf = (t: Tensor): Uint8Array => toBytes(t as Exclude<Tensor, { dtype: "string" }>);

/** -0 and 0 are different answers. */
const shown = (value: number | undefined): string => (Object.is(value, -0) ? "-0" : String(value));

/** How the answer differs from the right one, byte for byte; null if it does not. */
export function difference(found: Tensor, expected: Tensor): string | null {
  const head = (t: Tensor) => `${t.dtype}[${t.dims.join(",")}]`;
  if (head(found) !== head(expected)) return `found ${head(found)}, expected ${head(expected)}`;
  const [a, b] = [bytesOf(found), bytesOf(expected)];
  const first = b.findIndex((byte, i) => a[i] !== byte);
  if (first < 0 && a.length === b.length) return null;
  const element = Math.floor(first / (b.length / expected.data.length));
  const [x, y] = [toNumbers(found)[element], toNumbers(expected)[element]];
  return `element ${element} of ${head(expected)}: found ${shown(x)}, expected ${shown(y)}`;
}
