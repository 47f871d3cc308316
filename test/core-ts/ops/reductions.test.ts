import { describe, expect, it } from "vitest";
import { int64Tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { attr, type OneOp, quantizeOne } from "../../support/one-op.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const x = [2, 4, 9, 11];
const keep = (keepdims: number) => ({ keepdims: attr.int(keepdims) });

/**
 * The bars of accuracy.test.ts. A sum of n normal numbers has the noise of n roundings, so that it is as exact as one number is; its output's grid adds the
 * same again. Cancelling sums and small results (ReduceMin of a shared scale) lose a few dB more.
 */
const BAR = { 8: 30, 16: 72 } as const;

const AXES: Readonly<Record<string, Pick<OneOp, "inputs" | "attrs">>> = {
  "the last axis": { inputs: [x, int64Tensor([-1])], attrs: keep(1) },
  "two axes apart, dropped": { inputs: [x, int64Tensor([1, -1])], attrs: keep(0) },
  "all axes": { inputs: [x] },
  "all axes, dropped": { inputs: [x, int64Tensor([])], attrs: keep(0) },
};

const OPS = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"];
const CASES = OPS.flatMap((op) =>
  Object.entries(AXES).map(([name, spec]) => [`${op} over ${name}`, { op, ...spec }] as const),
);

describe.each([8, 16] as const)("reductions at %i bit keep their accuracy", (bits) => {
  it.each(CASES)("%s", async (_name, spec) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(spec, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      for (const db of result.sqnrDb) expect(db).toBeGreaterThan(BAR[bits]);
    }
  });

  it.each([
    ["forward", { exclusive: 0, reverse: 0 }],
    ["exclusive, in reverse", { exclusive: 1, reverse: 1 }],
  ] as const)("CumSum %s", async (_name, { exclusive, reverse }) => {
    const attrs = { exclusive: attr.int(exclusive), reverse: attr.int(reverse) };
    const spec: OneOp = { op: "CumSum", inputs: [[2, 20, 5], { ...int64Tensor([-2]), dims: [] }], attrs };
    const result = await quantizeOne(spec, { bits });
    expect(result.prepared.floatLayers).toEqual([]);
    expect(result.sqnrDb[0]!).toBeGreaterThan(BAR[bits]);
  });

  it("ArgMin finds the same index wherever the winner stands out", async () => {
    const result = await quantizeOne(
      { op: "ArgMin", inputs: [[1, 10, 12]], attrs: { axis: attr.int(2) } },
      { bits },
    );
    expect(result.prepared.floatLayers).toEqual([]);
    expect(result.equal[0]!).toBeGreaterThan(bits === 8 ? 0.9 : 0.999);
  });

  it.each([
    ["the largest", { largest: 1, sorted: 1 }],
    ["the smallest", { largest: 0, sorted: 1 }],
  ] as const)(
    "TopK of %s: values, and indices wherever they stand apart",
    async (_name, { largest, sorted }) => {
      const attrs = { axis: attr.int(1), largest: attr.int(largest), sorted: attr.int(sorted) };
      for (const chip of ["TX5368AV200", "generic"]) {
        const model = buildModel({
          inputs: { x: [2, 30, 3] },
          constants: { k: int64Tensor([4]) },
          nodes: [
            ["s", "Sigmoid", "x"],
            ["values indices", "TopK", "s k", attrs],
          ],
          outputs: "values indices",
        });
        const way = await wholeWay(model, { options: { bits, chip } });
        expect(way.prepared.floatLayers).toEqual([]);
        expect(outputSqnr(way, "values")).toBeGreaterThan(BAR[bits]);
        const pairs = way.float.map((answers, i) =>
          [answers, way.fixed[i]!].map((each) => toNumbers(each.get("indices")!)),
        );
        const same = pairs.flatMap(([a, b]) => a!.map((index, k) => index === b![k]));
        expect(same.filter(Boolean).length / same.length).toBeGreaterThan(bits === 8 ? 0.6 : 0.99);
      }
    },
  );
});

describe("reductions of old opsets and in the QDQ form", () => {
  const nodes: NodeText[] = [
    ["l", "ReduceL2", "x", { axes: attr.ints([-1]), keepdims: attr.int(1) }],
    ["m", "ReduceMax", "x", { axes: attr.ints([1, 2]), keepdims: attr.int(1) }],
    ["s", "ReduceSum", "x", { axes: attr.ints([1]), keepdims: attr.int(1) }],
    ["a", "Sum", "l m s"],
    ["c", "CumSum", "a axis"],
    ["values indices", "TopK", "c k"],
    ["y", "ReduceMean", "values", { axes: attr.ints([1, 2]), keepdims: attr.int(0) }],
  ];
  const text = {
    inputs: { x: [2, 5, 6, 7] },
    constants: { axis: { ...int64Tensor([1]), dims: [] }, k: int64Tensor([3]) },
  };
  const old = { ...buildModel({ ...text, nodes, outputs: "y values" }), opsets: new Map([["", 11]]) };
  it.each(["fixed", "qdq"] as const)("%s", async (ir) => {
    for (const bits of [8, 16] as const) {
      const way = await wholeWay(old, { options: { ir, bits } });
      expect(way.prepared.floatLayers).toEqual([]);
      expect(outputSqnr(way, "y")).toBeGreaterThan(bits === 8 ? 25 : 65);
      expect(outputSqnr(way, "values")).toBeGreaterThan(bits === 8 ? 25 : 65);
    }
  });
});

describe("reductions that are no reductions, or stay float", () => {
  it("without axes, told to do nothing then, change nothing and vanish", async () => {
    const attrs = { noop_with_empty_axes: attr.int(1) };
    const result = await quantizeOne(
      { op: "ReduceMax", inputs: [x], attrs, activation: "Relu" },
      { bits: 16 },
    );
    expect(result.prepared.plan.nodes.map(({ node }) => node.op)).toEqual(["Relu"]);
    const root = await quantizeOne({ op: "ReduceL1", inputs: [x], attrs }, { bits: 8 });
    expect(root.prepared.floatLayers[0]!.reason).toBe("it reduces nothing (noop_with_empty_axes)");
  });

  it("add up more squares than float64 holds", async () => {
    const many = buildModel({ inputs: { x: [1, 1048577] }, nodes: [["y", "ReduceL2", "x"]], outputs: "y" });
    const { prepared } = await wholeWay(many, { options: { bits: 16 } });
    expect(prepared.floatLayers[0]!.reason).toMatch(/adds up 1048577 squares, more than the 1048576/);
    expect((await wholeWay(many)).prepared.floatLayers).toEqual([]);
  });

  it.each([
    ["ReduceMax", "x a", "its axes"],
    ["ReduceSum", "x a", "its axes"],
    ["CumSum", "x a", "its axis"],
    ["TopK", "x a", "its k"],
  ])("%s of parameters computed at run time", async (op, operands, what) => {
    const model = buildModel({
      inputs: { x: [6, 6], p: [1] },
      nodes: [
        ["a", "Cast", "p", { to: attr.int(7) }],
        [op === "TopK" ? "y i" : "y", op, operands],
      ],
      outputs: "y",
    });
    const batches = [
      new Map([
        ["x", normals([6, 6], random(2))],
        ["p", floats([1], [1])],
      ]),
    ];
    const { prepared } = await wholeWay(model, { batches });
    const reason = prepared.floatLayers.find((layer) => layer.op === op)!.reason;
    expect(reason).toMatch(new RegExp(`^${what} \\("a"\\) is computed at run time`));
  });

  it.each(["ReduceProd", "ReduceLogSum", "ReduceLogSumExp"])("%s has no integer form", async (op) => {
    const result = await quantizeOne({ op, inputs: [x, int64Tensor([-1])], domain: Math.abs }, { bits: 8 });
    expect(result.prepared.floatLayers[0]!.reason).toMatch(new RegExp(`^${op} has no integer form: .{30}`));
  });
});
