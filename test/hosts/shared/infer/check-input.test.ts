import { describe, expect, it } from "vitest";
import { checkInputs, type ModelEdge } from "../../../../hosts/shared/infer/check-input.ts";

const floats = (n: number) => new Float32Array(n);
const fixed: ModelEdge = { name: "x", dtype: "float32", dims: [1, 3, 4] };
const dynamic: ModelEdge = { name: "x", dtype: "float32", dims: ["n", 3, null] };

describe("checkInputs", () => {
  it("takes what fits, dynamic dimensions free", () => {
    const t = { dtype: "float32", dims: [1, 3, 4], data: floats(12) } as const;
    expect(checkInputs([fixed], [t]).get("x")).toBe(t);
    expect(checkInputs([dynamic], [{ ...t, dims: [2, 3, 2] }]).size).toBe(1);
    expect(checkInputs([{ ...fixed, dims: null }], [{ ...t, dims: [12] }]).size).toBe(1);
  });

  it.each<[string, ModelEdge, unknown, string]>([
    ["nothing", fixed, undefined, 'input "x" got something that is no tensor'],
    ["an array", fixed, [1, 2, 3], 'input "x" got something that is no tensor'],
    ["no dims", fixed, { dtype: "float32", data: floats(12) }, "no tensor"],
    [
      "a dtype of another library",
      fixed,
      { dtype: "float", dims: [1, 3, 4], data: floats(12) },
      'has dtype "float", expected "float32"',
    ],
    [
      "another dtype",
      fixed,
      { dtype: "uint8", dims: [1, 3, 4], data: new Uint8Array(12) },
      'input "x" is uint8, the model takes float32; convert it, for instance with Float32Array.from(data, Number)',
    ],
    [
      "an array that is not of its dtype",
      fixed,
      { dtype: "float32", dims: [1, 3, 4], data: new Float64Array(12) },
      "says dtype float32 but holds its data in Float64Array, expected Float32Array",
    ],
    [
      "another batch",
      fixed,
      { dtype: "float32", dims: [2, 3, 4], data: floats(24) },
      'input "x" has shape [2, 3, 4], the model takes [1, 3, 4]; the model\'s batch is fixed: give -bs 1',
    ],
    [
      "another layout",
      dynamic,
      { dtype: "float32", dims: [1, 4, 3], data: floats(12) },
      "has shape [1, 4, 3], the model takes [n, 3, ?]; change the preprocessing",
    ],
    [
      "another rank",
      dynamic,
      { dtype: "float32", dims: [3, 4], data: floats(12) },
      "has shape [3, 4], the model takes [n, 3, ?]",
    ],
    [
      "an empty batch",
      dynamic,
      { dtype: "float32", dims: [0, 3, 4], data: floats(0) },
      "is empty, its shape is [0, 3, 4]; feed at least one sample",
    ],
    [
      "too few values",
      fixed,
      { dtype: "float32", dims: [1, 3, 4], data: floats(11) },
      "holds 11 values, its shape [1, 3, 4] needs 12",
    ],
  ])("refuses %s", (_, edge, given, message) => {
    expect(() => checkInputs([edge], [given])).toThrow(message);
  });

  it("refuses another number of inputs, naming them", () => {
    expect(() => checkInputs([fixed, { ...fixed, name: "y" }], [undefined])).toThrow(
      'executor.forward got 1 tensor, the model has 2 inputs ("x", "y"); give one tensor an input, in this order',
    );
  });
});
