import { describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { float32Scalar } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const DIMS = [1, 8, 20, 20];
const constants = {
  half: float32Scalar(0.5),
  one: float32Scalar(1),
  three: float32Scalar(3),
  six: float32Scalar(6),
  zero: float32Scalar(0),
  root: float32Scalar(Math.SQRT2),
  tiny: float32Scalar(1e-5),
  large: float32Scalar(3e38),
};

const FORMULAS: Record<string, string[]> = {
  SiLU: ["Sigmoid x -> a", "Mul x a -> y"],
  Gelu: ["Div x root -> a", "Erf a -> b", "Add b one -> c", "Mul x c -> d", "Mul d half -> y"],
  Mish: ["Softplus x -> a", "Tanh a -> b", "Mul x b -> y"],
  HardSwish: ["Add x three -> a", "Clip a zero six -> b", "Mul x b -> c", "Div c six -> y"],
  "Exp(-x)": ["Neg x -> a", "Exp a -> y"],
  "Sqrt(|x| + ε)": ["Abs x -> a", "Add a tiny -> b", "Sqrt b -> y"],
};

function formula(nodes: readonly string[]) {
  const used = Object.entries(constants).filter(([name]) => nodes.join(" ").split(" ").includes(name));
  return model(
    graph({
      inputs: [value("x", DIMS)],
      outputs: [value("y")],
      nodes: [...nodes],
      constants: Object.fromEntries(used),
    }),
  );
}

/** As in accuracy.test.ts; one table rounds once, whatever the formula. */
const BAR = { 8: 30, 16: 70 } as const;

describe.each(Object.entries(FORMULAS))("%s as one table", (_, nodes) => {
  it.each([8, 16] as const)("keeps its accuracy at %i bit", async (bits) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const found = await wholeWay(formula(nodes), { options: { bits, chip } });
      expect(found.quantized.summary).toEqual({ integerNodes: 1, floatNodes: 0 });
      expect(found.quantized.warnings).toEqual([]);
      expect(outputSqnr(found, "y")).toBeGreaterThan(BAR[bits]);
      const { graph: written } = await readModel(found.quantized.bytes, {});
      const table = written.nodes.find(({ domain }) => domain === "ai.knight")!;
      expect(table.origins).toHaveLength(nodes.length - 1);
    }
  });

  it("is its ops between two pairs in the QDQ form", async () => {
    const found = await wholeWay(formula(nodes), { options: { ir: "qdq" } });
    expect(outputSqnr(found, "y")).toBeGreaterThan(BAR[8]);
    const { graph: written } = await readModel(found.quantized.bytes, {});
    const own = nodes.map((line) => line.split(" ")[0]!);
    const pair = ["QuantizeLinear", "DequantizeLinear"];
    expect(written.nodes.map(({ op }) => op)).toEqual([...pair, ...own, ...pair]);
  });
});

it("what is no number is 0, what is infinite the end of the scale", async () => {
  // exp(x·3e38) · 0 + x: 0·∞ for positive x, x for negative ones.
  const nodes = ["Mul x large -> a", "Exp a -> b", "Mul b zero -> c", "Add c x -> y"];
  const still = formula(nodes);
  const batches = [
    new Map([["x", { dtype: "float32", dims: DIMS, data: new Float32Array(3200).fill(-1) } as const]]),
  ];
  const found = await wholeWay(still, { batches });
  expect(found.quantized.summary.integerNodes).toBe(1);
  const { graph: written } = await readModel(found.quantized.bytes, {});
  const table = [...written.initializers.values()].find(({ dims }) => dims.join() === "256")!
    .data as Int8Array;
  expect([...table.subarray(129)].every((entry) => entry === 0)).toBe(true);
  expect(table[128]).toBe(0);
  expect(table[1]).toBe(-127);
});
