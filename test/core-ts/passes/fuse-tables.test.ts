import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Node } from "../../../core-ts/graph/graph.ts";
import { bodyOf, isPointwise } from "../../../core-ts/graph/pointwise.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { floats, optimized } from "../../support/optimized.ts";

const scalar = (of: number, dims: readonly number[] = []) => floats(dims, [of]);
const constants = {
  half: scalar(0.5),
  one: scalar(1),
  one1: scalar(1, [1]),
  two: scalar(2),
  three: scalar(3),
  cubic: scalar(0.044715),
  root: scalar(Math.SQRT2),
  inverseRoot: scalar(Math.SQRT1_2),
  rootTwoOverPi: scalar(Math.sqrt(2 / Math.PI)),
  zero: scalar(0),
  six: scalar(6),
  sixth: scalar(1 / 6),
  slope: scalar(1.702),
  wide: scalar(1, [1, 1, 1, 1, 1]),
  perChannel: floats([4, 1, 1]),
};

const DIMS = [1, 4, 3, 3];

/** Lines of nodes, parted by semicolons, from x and g to the outputs; `also` stands in front of them. */
async function fused(lines: string, outputs = "y", also: readonly Node[] = []) {
  const nodes = [...also, ...lines.split(";").map((line) => node(line))];
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const content = graph({
    inputs: ["x", "g"].filter((name) => read.has(name)).map((name) => value(name, DIMS)),
    outputs: outputs.split(" ").map((name) => value(name)),
    nodes,
    constants: Object.fromEntries(Object.entries(constants).filter(([name]) => read.has(name))),
  });
  const result = await optimized(model(content));
  return { ...result, before: nodes.map(({ name }) => name) };
}

const GATE = node("HardSigmoid x -> gate", { alpha: attr.float(1 / 6), beta: attr.float(0.5) });
const ERF = "Erf b -> c; Add c one -> d";
const CUBE =
  "Mul a cubic -> b; Add x b -> c; Mul c rootTwoOverPi -> d; Tanh d -> e; Add e one -> f; Mul x half -> h";

/** As exporters write them; `optimized` compares the answers. */
const PATTERNS: Record<string, string> = {
  SiLU: "Sigmoid x -> a; Mul x a -> y",
  "SiLU, the other way round": "Sigmoid x -> a; Mul a x -> y",
  "Swish with a factor (QuickGelu)": "Mul x slope -> a; Sigmoid a -> b; Mul x b -> y",
  "HardSwish, divided": "Add x three -> a; Clip a zero six -> b; Mul x b -> c; Div c six -> y",
  "HardSwish, divided first": "Add three x -> a; Clip a zero six -> b; Div b six -> c; Mul c x -> y",
  "HardSwish, multiplied": "Add x three -> a; Clip a zero six -> b; Mul b sixth -> c; Mul x c -> y",
  "HardSwish of Relu and Min":
    "Add x three -> a; Relu a -> b; Min b six -> c; Mul x c -> d; Mul d sixth -> y",
  Mish: "Softplus x -> a; Tanh a -> b; Mul x b -> y",
  "Mish by logarithm": "Exp x -> a; Add a one -> b; Log b -> c; Tanh c -> d; Mul x d -> y",
  "Gelu, PyTorch": `Div x root -> b; ${ERF}; Mul x d -> e; Mul e half -> y`,
  "Gelu, half first": `Mul x inverseRoot -> b; ${ERF}; Mul d half -> e; Mul x e -> y`,
  "Gelu, x halved": `Div x root -> b; ${ERF}; Mul x half -> e; Mul e d -> y`,
  "Gelu by tanh": `Pow x three -> a; ${CUBE}; Mul h f -> y`,
  "Gelu by tanh, x·x·x": `Mul x x -> q; Mul q x -> a; ${CUBE}; Mul h f -> y`,
  "Exp(-x)": "Neg x -> a; Exp a -> y",
  "Sigmoid by its formula": "Neg x -> a; Exp a -> b; Add b one1 -> c; Reciprocal c -> y",
  "Sigmoid, 1 / ...": "Neg x -> a; Exp a -> b; Add b one -> c; Div one c -> y",
  "2^x": "Pow two x -> y",
  "Clip without bounds": "Exp x -> a; Clip a -> b; Clip b _ six -> c; Clip c one -> d; Sqrt d -> y",
};

describe("ops that are one function of one value become one node", () => {
  it.each(Object.entries(PATTERNS))("%s", async (_, lines) => {
    const { ops, nodes: found, notes, before } = await fused(lines);
    expect(ops).toEqual(["Pointwise"]);
    expect(found[0]).toMatchObject({ name: "y", inputs: ["x"], outputs: ["y"] });
    expect(found[0]!.origins.toSorted()).toEqual(before.slice(0, -1).toSorted());
    expect(bodyOf(found[0]!).inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(notes.at(-1)).toMatch(/^fuse-tables: \w+ "y" is one function of "x" together with/);
  });

  it("x · HardSigmoid(x), with attributes", async () => {
    expect((await fused("Mul x gate -> y", "y", [GATE])).ops).toEqual(["Pointwise"]);
  });

  it("one behind the other too, and each on its own where the value between is read twice", async () => {
    const chain = "Sigmoid x -> a; Mul x a -> u; Sigmoid u -> b; Mul u b -> v";
    expect((await fused(`${chain}; Neg v -> y`)).ops).toEqual(["Pointwise"]);
    expect((await fused(chain, "u v")).ops).toEqual(["Pointwise", "Pointwise"]);
  });
});

const KEPT: Record<string, string> = {
  "two inputs": "Sigmoid x -> a; Mul a g -> y",
  "a constant per channel": "Sigmoid x -> a; Mul a perChannel -> y",
  "a constant that adds axes": "Sigmoid x -> a; Mul a wide -> y",
  "an op between that mixes elements": "Softmax x -> a; Mul x a -> y",
  "arithmetic alone": "Mul x half -> a; Add a one -> b; Clip b zero six -> y",
  "LeakyRelu, Abs, Neg": "LeakyRelu x -> a; Abs a -> b; Neg b -> y",
  "one table": "Sigmoid x -> y",
  "functions that jump": "Floor x -> a; Mul x a -> y",
  "a power of two values": "Abs x -> a; Pow a g -> y",
  "a value to its own power": "Abs x -> a; Pow a a -> y",
  "another shape": "ReduceMean x -> a; Exp a -> b; Mul x b -> y",
};

describe("what is no function of one value keeps its ops", () => {
  it.each(Object.entries(KEPT))("%s", async (_, lines) => {
    const ops = lines.split(";").map((line) => line.trim().split(" ")[0]);
    expect((await fused(lines)).ops).toEqual(ops);
  });

  it("a value between that is an output, or that another node reads", async () => {
    expect((await fused("Sigmoid x -> a; Mul x a -> y", "y a")).ops).toEqual(["Sigmoid", "Mul"]);
    const read = "Sigmoid x -> a; Mul x a -> b; Softmax a -> c; Mul b c -> y";
    expect((await fused(read)).ops).toEqual(["Sigmoid", "Mul", "Softmax", "Mul"]);
  });

  it("a Relu in front stays with the op before it", async () => {
    const { ops, nodes } = await fused("Relu x -> r; Exp r -> a; Log a -> y");
    expect(ops).toEqual(["Relu", "Pointwise"]);
    expect(nodes[1]!.inputs).toEqual(["r"]);
  });

  it("a formula nearly like SiLU becomes the table of what it is", async () => {
    const { nodes } = await fused("Add x one -> a; Sigmoid a -> b; Mul x b -> y");
    expect(nodes.map(isPointwise)).toEqual([true]);
  });
});
