import type { ConformanceCase } from "../../conformance/case.ts";
import type { StoredCase, StoredTensor } from "../../conformance/case-file.ts";
import { toBytes } from "../../core-ts/onnx/tensor-data.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";

/** A case before it has a name and a file. */
export interface PlainCase extends Omit<ConformanceCase, "name" | "op" | "inputs"> {
  /** Tensors, or names of tensors of the file. */
  readonly inputs: readonly (ConformanceCase["inputs"][number] | string)[];
}

export function storeTensor(t: Tensor, constant = false): StoredTensor {
  if (t.dtype === "string") throw new Error("no case holds strings");
  const base64 = Buffer.from(toBytes(t)).toString("base64");
  return { dtype: t.dtype, dims: t.dims, base64, ...(constant ? { constant } : {}) };
}

export function storeCase({ inputs, attrs, output, expected }: PlainCase): StoredCase {
  return {
    inputs: inputs.map((input) =>
      typeof input === "string" ? input : storeTensor(input.tensor, input.constant),
    ),
    attrs,
    ...(output ? { output } : {}),
    expected: storeTensor(expected),
  };
}

/** One line a case, so that a change of one is a change of one line. */
export function fileText(
  tensors: Readonly<Record<string, Tensor>>,
  cases: Readonly<Record<string, readonly PlainCase[]>>,
): string {
  const lines = (entries: readonly string[]) => entries.map((entry) => `\n${entry}`).join(",");
  const shared = Object.entries(tensors).map(
    ([name, t]) => `${JSON.stringify(name)}: ${JSON.stringify(storeTensor(t))}`,
  );
  const ops = Object.entries(cases).map(
    ([op, some]) => `${JSON.stringify(op)}: [${lines(some.map((one) => JSON.stringify(storeCase(one))))}\n]`,
  );
  return `{"tensors": {${lines(shared)}\n}, "cases": {${lines(ops)}\n}}\n`;
}
