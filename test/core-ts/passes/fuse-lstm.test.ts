import { describe, expect, it } from "vitest";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { attr } from "../../support/one-op.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const [N, I, H, T] = [2, 3, 4, 3];
const index = (t: number): Tensor => tensor("int64", [], BigInt64Array.of(BigInt(t)));

const constants: Record<string, Tensor> = {
  W: floats([I, 4 * H]),
  R: floats([H, 4 * H]),
  V: floats([H, 4 * H]),
  b: floats([4 * H]),
  other: floats(
    [4 * H],
    Array.from({ length: 4 * H }, (_, i) => i / 10),
  ),
  zero: floats([N, H], new Array<number>(N * H).fill(0)),
  parts: int64Tensor([H, H, H, H]),
  ...Object.fromEntries(Array.from({ length: T }, (_, t) => [`at${t}`, index(t)])),
};

interface Step {
  readonly x: string;
  readonly w?: string;
  readonly b?: string;
  readonly h?: string;
  readonly c: string;
}

/** One step whose values end in `name`: gates in PyTorch's order i, f, g, o. */
function step(name: string, { x, w = "W", b = "b", h, c }: Step): NodeText[] {
  const z: NodeText[] = h
    ? [
        [`s${name}`, "MatMul", `${h} R`],
        [`u${name}`, "Add", `p${name} s${name}`],
        [`z${name}`, "Add", `u${name} ${b}`],
      ]
    : [[`z${name}`, "Add", `p${name} ${b}`]];
  return [
    [`p${name}`, "MatMul", `${x} ${w}`],
    ...z,
    [`i${name} f${name} g${name} o${name}`, "Split", `z${name} parts`, { axis: attr.int(1) }],
    [`I${name}`, "Sigmoid", `i${name}`],
    [`F${name}`, "Sigmoid", `f${name}`],
    [`G${name}`, "Tanh", `g${name}`],
    [`O${name}`, "Sigmoid", `o${name}`],
    [`k${name}`, "Mul", `F${name} ${c}`],
    [`t${name}`, "Mul", `I${name} G${name}`],
    [`c${name}`, "Add", `k${name} t${name}`],
    [`C${name}`, "Tanh", `c${name}`],
    [`h${name}`, "Mul", `O${name} C${name}`],
  ];
}

const gather = (t: number): NodeText => [`x${t}`, "Gather", `x at${t}`, { axis: attr.int(1) }];
const first: NodeText[] = [gather(0), ...step("0", { x: "x0", c: "zero" })];
const second = (more: Partial<Step> = {}): NodeText[] => [
  gather(1),
  ...step("1", { x: "x1", h: "h0", c: "c0", ...more }),
];
const third: NodeText[] = [gather(2), ...step("2", { x: "x2", h: "h1", c: "c1" })];

const inputs = { x: [N, T, I] };
const run = async (nodes: NodeText[], outputs: string, more: Record<string, number[]> = {}) =>
  optimized(buildModel({ inputs: { ...inputs, ...more }, constants, nodes, outputs }));

describe("an LSTM unrolled step by step", () => {
  it("is one LSTM over the series", async () => {
    const { ops } = await run([...first, ...second(), ...third], "h2");
    expect(ops).toEqual(["Transpose", "LSTM", "Squeeze", "Gather"]);
  });

  it("every hidden state, and the last cell, may be read", async () => {
    const { ops } = await run([...first, ...second(), ...third], "h0 h1 h2 c2");
    expect(ops.filter((op) => op === "LSTM")).toHaveLength(1);
    expect(ops).not.toContain("Sigmoid");
  });

  it("two layers are two LSTMs, whichever is written first", async () => {
    const above = [0, 1, 2].map((t) =>
      step(`a${t}`, {
        x: `h${t}`,
        w: "V",
        c: t === 0 ? "zero" : `ca${t - 1}`,
        ...(t > 0 ? { h: `ha${t - 1}` } : {}),
      }),
    );
    const nodes = [...first, ...above[0]!, ...second(), ...above[1]!, ...third, ...above[2]!];
    const { ops } = await run(nodes, "ha2");
    expect(ops.filter((op) => op === "LSTM")).toHaveLength(2);
    expect(ops).not.toContain("Concat");
  });

  it("states may be inputs: one step of a streaming model", async () => {
    const { ops } = await run(step("0", { x: "y", h: "before", c: "cell" }), "h0 c0", {
      y: [N, I],
      before: [N, H],
      cell: [N, H],
    });
    expect(ops).toContain("LSTM");
    expect(ops).not.toContain("Sigmoid");
  });

  it.each<[string, NodeText[], string]>([
    ["a cell that is read between", [...first, ...second()], "c0 h1"],
    [
      "an x that comes from the step before",
      [...first, ...step("1", { x: "h0", w: "V", h: "h0", c: "c0" })],
      "h1",
    ],
  ])("%s: no LSTM over both steps", async (_, nodes, outputs) => {
    const { ops } = await run(nodes, outputs);
    expect(ops).toContain("Sigmoid");
  });

  it("steps of different bias are not one layer", async () => {
    const { ops } = await run([...first, ...second({ b: "other" })], "h1");
    expect(ops.filter((op) => op === "Sigmoid").length).toBeGreaterThan(0);
  });
});
