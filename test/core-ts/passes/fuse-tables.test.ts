import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { bodyOf, isPointwise } from "../../../core-ts/graph/pointwise.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const scalar = (value: number, dims: readonly number[] = []) => floats(dims, [value]);
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

/** x [1, 4, 3, 3] → y, with a second input g of the same shape; Softmax in front, which belongs to no function of one number. */
async function fused(nodes: NodeText[], outputs = "y") {
  const text = nodes
    .map(([, , inputs]) => inputs)
    .join(" ")
    .split(" ");
  const shape = [1, 4, 3, 3];
  const model = buildModel({
    inputs: { x: shape, ...(text.includes("g") ? { g: shape } : {}) },
    constants: Object.fromEntries(Object.entries(constants).filter(([name]) => text.includes(name))),
    nodes,
    outputs,
  });
  const { nodes: found, model: result, notes } = await optimized(model);
  return { ops: found.map(({ op }) => op), nodes: found, model: result, notes };
}

const geluTail: NodeText[] = [
  ["c", "Erf", "b"],
  ["d", "Add", "c one"],
];
const cube: NodeText[] = [
  ["a", "Pow", "x three"],
  ["b", "Mul", "a cubic"],
  ["c", "Add", "x b"],
  ["d", "Mul", "c rootTwoOverPi"],
  ["e", "Tanh", "d"],
  ["f", "Add", "e one"],
];

/** As exporters write them; `optimized` compares the answers. */
const PATTERNS: Record<string, NodeText[]> = {
  SiLU: [
    ["a", "Sigmoid", "x"],
    ["y", "Mul", "x a"],
  ],
  "SiLU, the other way round": [
    ["a", "Sigmoid", "x"],
    ["y", "Mul", "a x"],
  ],
  "Swish with a factor (QuickGelu)": [
    ["a", "Mul", "x slope"],
    ["b", "Sigmoid", "a"],
    ["y", "Mul", "x b"],
  ],
  "x · HardSigmoid(x)": [
    ["a", "HardSigmoid", "x", { alpha: attr.float(1 / 6), beta: attr.float(0.5) }],
    ["y", "Mul", "x a"],
  ],
  "HardSwish, divided": [
    ["a", "Add", "x three"],
    ["b", "Clip", "a zero six"],
    ["c", "Mul", "x b"],
    ["y", "Div", "c six"],
  ],
  "HardSwish, relu6 divided first": [
    ["a", "Add", "three x"],
    ["b", "Clip", "a zero six"],
    ["c", "Div", "b six"],
    ["y", "Mul", "c x"],
  ],
  "HardSwish, multiplied": [
    ["a", "Add", "x three"],
    ["b", "Clip", "a zero six"],
    ["c", "Mul", "b sixth"],
    ["y", "Mul", "x c"],
  ],
  "HardSwish of Relu and Min": [
    ["a", "Add", "x three"],
    ["b", "Relu", "a"],
    ["c", "Min", "b six"],
    ["d", "Mul", "x c"],
    ["y", "Mul", "d sixth"],
  ],
  Mish: [
    ["a", "Softplus", "x"],
    ["b", "Tanh", "a"],
    ["y", "Mul", "x b"],
  ],
  "Mish by logarithm": [
    ["a", "Exp", "x"],
    ["b", "Add", "a one"],
    ["c", "Log", "b"],
    ["d", "Tanh", "c"],
    ["y", "Mul", "x d"],
  ],
  "Gelu, PyTorch": [["b", "Div", "x root"], ...geluTail, ["e", "Mul", "x d"], ["y", "Mul", "e half"]],
  "Gelu, half first": [
    ["b", "Mul", "x inverseRoot"],
    ...geluTail,
    ["e", "Mul", "d half"],
    ["y", "Mul", "x e"],
  ],
  "Gelu, x halved": [["b", "Div", "x root"], ...geluTail, ["e", "Mul", "x half"], ["y", "Mul", "e d"]],
  "Gelu by tanh": [...cube, ["g1", "Mul", "x half"], ["y", "Mul", "g1 f"]],
  "Gelu by tanh, x·x·x": [
    ["q", "Mul", "x x"],
    ["a", "Mul", "q x"],
    ...cube.slice(1),
    ["g1", "Mul", "x half"],
    ["y", "Mul", "g1 f"],
  ],
  "Exp(-x)": [
    ["a", "Neg", "x"],
    ["y", "Exp", "a"],
  ],
  "Sigmoid by its formula": [
    ["a", "Neg", "x"],
    ["b", "Exp", "a"],
    ["c", "Add", "b one1"],
    ["y", "Reciprocal", "c"],
  ],
  "Sigmoid, 1 / ...": [
    ["a", "Neg", "x"],
    ["b", "Exp", "a"],
    ["c", "Add", "b one"],
    ["y", "Div", "one c"],
  ],
  "2^x": [["y", "Pow", "two x"]],
  "Clip without bounds": [
    ["a", "Exp", "x"],
    ["b", "Clip", "a"],
    ["c", "Clip", "b _ six"],
    ["d", "Clip", "c one"],
    ["y", "Sqrt", "d"],
  ],
};

describe("ops that are one function of one value become one node", () => {
  it.each(Object.entries(PATTERNS))("%s", async (_, nodes) => {
    const { ops, nodes: found, notes } = await fused(nodes);
    expect(ops).toEqual(["Pointwise"]);
    expect(found[0]).toMatchObject({ name: "node_y", inputs: ["x"], outputs: ["y"] });
    expect(found[0]!.origins.toSorted()).toEqual(
      nodes
        .slice(0, -1)
        .map(([name]) => `node_${name}`)
        .toSorted(),
    );
    expect(bodyOf(found[0]!).inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(notes.at(-1)).toMatch(/^fuse-tables: \w+ "node_y" is one function of "x" together with/);
  });

  it("one behind the other too, and each on its own where the value between is read twice", async () => {
    const silu = (from: string, to: string): NodeText[] => [
      [`s${to}`, "Sigmoid", from],
      [to, "Mul", `${from} s${to}`],
    ];
    expect((await fused([...silu("x", "u"), ...silu("u", "y")])).ops).toEqual(["Pointwise"]);
    const twice = await fused([
      ...silu("x", "u"),
      ...silu("u", "v"),
      ["y", "Concat", "u v", { axis: attr.int(1) }],
    ]);
    expect(twice.ops).toEqual(["Pointwise", "Pointwise", "Concat"]);
  });
});

describe("what is no function of one value keeps its ops", () => {
  it.each<[string, NodeText[], string[], string?]>([
    [
      "two inputs",
      [
        ["a", "Sigmoid", "x"],
        ["y", "Mul", "a g"],
      ],
      ["Sigmoid", "Mul"],
    ],
    [
      "a value between that is an output",
      [
        ["a", "Sigmoid", "x"],
        ["y", "Mul", "x a"],
      ],
      ["Sigmoid", "Mul"],
      "y a",
    ],
    [
      "a value between that another node reads",
      [
        ["a", "Sigmoid", "x"],
        ["m", "Mul", "x a"],
        ["y", "Concat", "m a", { axis: attr.int(1) }],
      ],
      ["Sigmoid", "Mul", "Concat"],
    ],
    [
      "a constant per channel",
      [
        ["a", "Sigmoid", "x"],
        ["y", "Mul", "a perChannel"],
      ],
      ["Sigmoid", "Mul"],
    ],
    [
      "a constant that adds axes",
      [
        ["a", "Sigmoid", "x"],
        ["y", "Mul", "a wide"],
      ],
      ["Sigmoid", "Mul"],
    ],
    [
      "an op between that mixes elements",
      [
        ["a", "Softmax", "x"],
        ["y", "Mul", "x a"],
      ],
      ["Softmax", "Mul"],
    ],
    [
      "arithmetic alone",
      [
        ["a", "Mul", "x half"],
        ["b", "Add", "a one"],
        ["y", "Clip", "b zero six"],
      ],
      ["Mul", "Add", "Clip"],
    ],
    [
      "LeakyRelu, Abs, Neg",
      [
        ["a", "LeakyRelu", "x"],
        ["b", "Abs", "a"],
        ["y", "Neg", "b"],
      ],
      ["LeakyRelu", "Abs", "Neg"],
    ],
    ["one table", [["y", "Sigmoid", "x"]], ["Sigmoid"]],
    [
      "functions that jump",
      [
        ["a", "Floor", "x"],
        ["y", "Mul", "x a"],
      ],
      ["Floor", "Mul"],
    ],
    [
      "a power of two values",
      [
        ["a", "Abs", "x"],
        ["y", "Pow", "a g"],
      ],
      ["Abs", "Pow"],
    ],
    [
      "another shape",
      [
        ["a", "ReduceMean", "x", { keepdims: attr.int(1) }],
        ["b", "Exp", "a"],
        ["y", "Mul", "x b"],
      ],
      ["ReduceMean", "Exp", "Mul"],
    ],
  ])("%s", async (_, nodes, ops, outputs) => {
    expect((await fused(nodes, outputs)).ops).toEqual(ops);
  });

  it("a Relu in front stays with the op before it", async () => {
    const { ops, nodes } = await fused([
      ["r", "Relu", "x"],
      ["a", "Exp", "r"],
      ["y", "Log", "a"],
    ]);
    expect(ops).toEqual(["Relu", "Pointwise"]);
    expect(nodes[1]!.inputs).toEqual(["r"]);
  });

  it("a formula nearly like SiLU becomes the table of what it is", async () => {
    const { nodes } = await fused([
      ["a", "Add", "x one"],
      ["b", "Sigmoid", "a"],
      ["y", "Mul", "x b"],
    ]);
    expect(nodes.map(isPointwise)).toEqual([true]);
  });
});
