import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { verifyGraph } from "../../../core-ts/graph/verify.ts";
import { takeOutPairs } from "../../../core-ts/qdq/take-out-pairs.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { buildModel, type ModelText, type NodeText } from "../../support/text-model.ts";

const scale = (...values: number[]): Tensor =>
  tensor("float32", values.length === 1 ? [] : [values.length], Float32Array.from(values));
const int8 = (...values: number[]): Tensor => tensor("int8", [values.length], Int8Array.from(values));
const uint8 = (zero: number): Tensor => tensor("uint8", [], Uint8Array.of(zero));

const CONSTANTS = {
  half: scale(0.5),
  quarter: scale(0.25),
  zero: tensor("int8", [], Int8Array.of(0)),
  least: uint8(0),
  ten: uint8(10),
};

/** x → QuantizeLinear → DequantizeLinear → y, with the constants of those names. */
const pair = (x: string, y: string, s = "half", z = "zero"): NodeText[] => [
  [`${y}_q`, "QuantizeLinear", `${x} ${s} ${z}`],
  [y, "DequantizeLinear", `${y}_q ${s} ${z}`],
];

function taken(text: Partial<ModelText> & Pick<ModelText, "nodes" | "outputs">) {
  const { graph } = buildModel({
    inputs: { x: [1, 4] },
    ...text,
    constants: { ...CONSTANTS, ...text.constants },
  });
  const known = takeOutPairs(graph);
  verifyGraph(graph);
  return { known, lines: graph.nodes.map((n) => `${n.op} ${n.inputs.join(" ")} -> ${n.outputs.join(" ")}`) };
}

describe("activations", () => {
  it("readers read what stood before the pair, whose grid is kept under its name", () => {
    const { known, lines } = taken({ nodes: [...pair("x", "d"), ["y", "Tanh", "d"]], outputs: "y" });
    expect(lines).toEqual(["Tanh x -> y"]);
    expect([...known!.values]).toEqual([["x", { scale: 0.5, low: -128, high: 127 }]]);
  });

  it("a zero point moves the grid", () => {
    const { known } = taken({ nodes: [...pair("x", "d", "half", "ten"), ["y", "Tanh", "d"]], outputs: "y" });
    expect(known!.values.get("x")).toEqual({ scale: 0.5, low: -10, high: 245 });
  });

  it("one QuantizeLinear with several DequantizeLinear, and two pairs on one value: the wider counts", () => {
    const { known, lines } = taken({
      nodes: [
        ...pair("x", "d"),
        ["d2", "DequantizeLinear", "d_q half zero"],
        ...pair("x", "e", "quarter"),
        ["a", "Add", "d d2"],
        ["y", "Add", "a e"],
      ],
      outputs: "y",
    });
    expect(lines).toEqual(["Add x x -> a", "Add a x -> y"]);
    expect(known!.values.get("x")!.scale).toBe(0.5);
  });

  it("a model output behind a pair is made by the op before it, under the output's name", () => {
    const { known, lines } = taken({
      nodes: [["a", "Tanh", "x"], ...pair("a", "y"), ["z", "Sigmoid", "y"]],
      outputs: "y z",
    });
    expect(lines).toEqual(["Tanh x -> y", "Sigmoid y -> z"]);
    expect([...known!.values.keys()]).toContain("y");
  });

  it("an output that is an input behind a pair goes through an Identity", () => {
    expect(taken({ nodes: pair("x", "y"), outputs: "y" }).lines).toEqual(["Identity x -> y"]);
  });

  it("pairs of other scales, computed scales and single nodes stay", () => {
    const { known, lines } = taken({
      nodes: [
        ["q", "QuantizeLinear", "x half zero"],
        ["d", "DequantizeLinear", "q quarter zero"],
        ["y", "Tanh", "d"],
      ],
      outputs: "y",
    });
    expect(lines.length).toBe(3);
    expect(known).toBeUndefined();
  });

  it("a float model knows nothing", () => {
    expect(taken({ nodes: [["y", "Tanh", "x"]], outputs: "y" }).known).toBeUndefined();
  });
});

describe("the Relu that a pair without negative numbers stands for", () => {
  const made = (more: NodeText[], outputs: string, s: "least" | "zero" = "least") =>
    taken({ nodes: [["a", "Tanh", "x"], ...pair("a", "d", "half", s), ...more], outputs }).lines;

  it("is there again behind an op that may give negative numbers", () => {
    expect(made([["y", "MatMul", "d d"]], "y")).toEqual(["Tanh x -> a", "Relu a -> d", "MatMul d d -> y"]);
  });

  it("not on a grid with negative numbers", () => {
    expect(made([["y", "MatMul", "d d"]], "y", "zero")).toEqual(["Tanh x -> a", "MatMul a a -> y"]);
  });

  it("not where every reader is a Relu itself", () => {
    expect(made([["y", "Relu", "d"]], "y")).toEqual(["Tanh x -> a", "Relu a -> y"]);
  });

  it("once for all readers of one value", () => {
    const lines = made(
      [
        ["d2", "DequantizeLinear", "d_q half least"],
        ["y", "MatMul", "d d2"],
      ],
      "y",
    );
    expect(lines).toEqual(["Tanh x -> a", "Relu a -> d", "MatMul d d -> y"]);
  });

  it("not behind an op whose operands are not negative either", () => {
    const { lines } = taken({
      nodes: [
        ["a", "Sigmoid", "x"],
        ...pair("a", "d", "half", "least"),
        ["s", "Add", "d d"],
        ...pair("s", "e", "half", "least"),
        ["y", "Tanh", "e"],
      ],
      outputs: "y",
    });
    expect(lines).toEqual(["Sigmoid x -> a", "Add a a -> s", "Tanh s -> y"]);
  });
});

describe("weights", () => {
  const weights = { w: int8(1, 2, 3, 4), w4: tensor("int8", [4, 2], new Int8Array(8)), s2: scale(0.5, 0.25) };
  const known = (nodes: NodeText[]) =>
    taken({ inputs: { x: [1, 4] }, constants: weights, nodes, outputs: "y" }).known?.weights;

  it("one scale a column of a matrix, by the node that reads them", () => {
    const found = known([
      ["wd", "DequantizeLinear", "w4 s2", { axis: attr.int(1) }],
      ["y", "MatMul", "x wd"],
    ]);
    expect(found).toEqual(new Map([["node_y", { scales: [0.5, 0.25], bias: undefined }]]));
  });

  it("not along another axis", () => {
    expect(
      known([
        ["wd", "DequantizeLinear", "w4 s2", { axis: attr.int(0) }],
        ["y", "MatMul", "x wd"],
      ])?.size ?? 0,
    ).toBe(0);
  });

  it("through a Transpose, and from float weights behind a pair of their own", () => {
    const { known: found } = taken({
      constants: { f: tensor("float32", [2, 4], new Float32Array(8)), s2: scale(0.5, 0.25), z2: int8(0, 0) },
      nodes: [
        ["q", "QuantizeLinear", "f s2 z2", { axis: attr.int(0) }],
        ["d", "DequantizeLinear", "q s2 z2", { axis: attr.int(0) }],
        ["t", "Transpose", "d", { perm: attr.ints([1, 0]) }],
        ["y", "MatMul", "x t"],
      ],
      outputs: "y",
    });
    expect(found!.weights.get("node_y")).toEqual({ scales: [0.5, 0.25], bias: undefined });
    expect(found!.values.size).toBe(0);
  });

  it("a constant on one grid is known by its name", () => {
    const { known: found } = taken({
      constants: { c: int8(1, 2, 3, 4) },
      nodes: [
        ["cd", "DequantizeLinear", "c half zero"],
        ["y", "Mul", "x cd"],
      ],
      outputs: "y",
    });
    expect([...found!.constants]).toEqual([["cd", 0.5]]);
  });
});
