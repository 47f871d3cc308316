import { describe, expect, it } from "vitest";
import { type BitWidth, findChip } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import type { Graph, GraphValue, Node } from "../../../core-ts/graph/graph.ts";
import { describePlan } from "../../../core-ts/plan/describe.ts";
import { makePlan } from "../../../core-ts/plan/make-plan.ts";
import { ownPlan, type QuantPlan, scaleOwner, type ValuePlan } from "../../../core-ts/plan/plan.ts";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, node, value } from "../../support/build-model.ts";

const DIMS = [1, 4, 4, 4];
const ones = (...dims: number[]) =>
  tensor("float32", dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(1));
const scalar = (v: number) => tensor("float32", [], Float32Array.of(v));

const CONSTANTS: Readonly<Record<string, Tensor>> = {
  w: ones(4, 4, 1, 1),
  zero: scalar(0),
  six: scalar(6),
  minus: scalar(-1),
  half: scalar(0.5),
  shape: int64Tensor([1, 64]),
};

/** A graph whose values are all float32 [1, 4, 4, 4]; the outputs are those of the last node. */
function network(
  lines: readonly (string | Node)[],
  more: { types?: GraphValue[]; outputs?: string[] } = {},
): Graph {
  const nodes = lines.map((line) => (typeof line === "string" ? node(line) : line));
  const made = nodes.flatMap(({ outputs }) => outputs);
  return graph({
    inputs: [value("x", DIMS)],
    outputs: (more.outputs ?? nodes.at(-1)!.outputs).map((name) => value(name, DIMS)),
    nodes,
    constants: CONSTANTS,
    types: [...made.map((name) => value(name, DIMS)), ...(more.types ?? [])],
  });
}

function plan(content: Graph, chip = "TX5368AV200", bits: BitWidth = 8): QuantPlan {
  return makePlan(content, { chip: findChip(chip), bits, observer: "kl", lutLength: 10 });
}

const own = (signed: boolean, bits: BitWidth = 8): ValuePlan => ({
  kind: "own",
  bits,
  signed,
  observer: "kl",
});
const kinds = (found: QuantPlan) => found.nodes.map((entry) => `${entry.node.name} ${entry.kind}`);
const reason = (found: QuantPlan, name: string): string | undefined => {
  const entry = found.nodes.find((each) => each.node.name === name);
  return entry?.kind === "float" ? entry.because : undefined;
};

describe("values of an integer op", () => {
  it("have their own scale, the model's input too; a weight is no value: its scales belong to the op", () => {
    const { values } = plan(network(["Conv x w -> y"]));
    expect(Object.fromEntries(values)).toEqual({ x: own(true), y: own(true) });
  });

  it("have the width that was asked for", () => {
    const { nodes, values } = plan(network(["Conv x w -> y"]), "TX5368AV200", 16);
    expect([values.get("x"), values.get("y")]).toEqual([own(true, 16), own(true, 16)]);
    expect(nodes[0]).toMatchObject({ kind: "integer", bits: 16 });
  });

  it("a constant operand of Add is derived from the node that reads it", () => {
    expect(plan(network(["Add x half -> y"])).values.get("half")).toEqual({ kind: "derived", from: "y" });
  });

  it("outputs that nobody named have no plan", () => {
    expect(plan(network(["Split x -> a _"], { outputs: ["a"] })).values.has("")).toBe(false);
  });
});

describe("an activation behind an op", () => {
  it.each<[string, string, number, number]>([
    ["Relu", "Relu c -> y", 0, Number.POSITIVE_INFINITY],
    ["Relu6", "Clip c zero six -> y", 0, 6],
    ["Clip from above", "Clip c _ six -> y", Number.NEGATIVE_INFINITY, 6],
    ["Clip that does nothing", "Clip c -> y", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])("%s is carried by the Conv, whose output is the activation's", (_, line, lower, upper) => {
    const found = plan(network(["Conv x w -> c", line]));
    expect(kinds(found)).toEqual(["c integer", "y absorbed"]);
    expect(found.nodes[0]).toMatchObject({ activation: { node: "y", lower, upper }, outputs: ["y"] });
    expect(found.nodes[1]).toMatchObject({ into: "c" });
    expect([found.values.has("c"), found.values.get("y")]).toEqual([false, own(true)]);
  });

  it.each<[string, string[], string[] | undefined]>([
    ["the value behind the Conv is read twice", ["Conv x w -> c", "Relu c -> r", "Add c r -> y"], undefined],
    ["the value behind the Conv is an output", ["Conv x w -> c", "Relu c -> r"], ["c", "r"]],
    ["the op does not carry any", ["Concat x x -> c", "Relu c -> r"], undefined],
    ["it is no activation of the standard domain", ["Conv x w -> c", "Sigmoid c -> r"], undefined],
  ])("stays a node where %s", (_, lines, outputs) => {
    const found = plan(network(lines, outputs && { outputs }));
    expect(kinds(found)).toContain("r integer");
  });

  it("with bounds in the wrong order stays a node", () => {
    expect(kinds(plan(network(["Conv x w -> c", "Clip c six zero -> r"])))).toEqual([
      "c integer",
      "r integer",
    ]);
  });

  it("with a bound that is computed stays float, and says so", () => {
    const found = plan(network(["Conv x w -> c", "ReduceMean x -> hi", "Clip c _ hi -> r"]));
    expect(reason(found, "r")).toMatch(/upper bound \("hi"\) is computed at run time; only a constant/);
  });
});

describe("shared scales", () => {
  const found = plan(network(["Conv x w -> c", "MaxPool c -> m", "Reshape m shape -> r", "Relu r -> y"]));

  it("run back to the value that was computed", () => {
    expect(found.values.get("r")).toEqual({ kind: "shared", with: "m" });
    expect(["y", "r", "m", "c"].map((name) => scaleOwner(found, name))).toEqual(["c", "c", "c", "c"]);
    expect(ownPlan(found, "y")).toEqual(own(true));
  });

  it("have no owner where a value stays float, is a constant, or is unknown", () => {
    const mixed = plan(network(["Erf x -> e", "Add x half -> y"]));
    expect(["e", "half", "nowhere"].map((name) => scaleOwner(mixed, name))).toEqual(Array(3).fill(undefined));
    expect(ownPlan(mixed, "half")).toBeUndefined();
  });

  it("of every output of Split are the input's", () => {
    const split = plan(network(["Conv x w -> c", "Split c -> a b", "Add a b -> y"]));
    expect(["a", "b"].map((name) => split.values.get(name))).toEqual(
      Array(2).fill({ kind: "shared", with: "c" }),
    );
  });
});

describe("signs", () => {
  const LINES = [
    "Conv x w -> c",
    "Relu c -> p",
    "Sigmoid p -> s",
    "Add p s -> q",
    "Sub q s -> d",
    "MaxPool q -> m",
  ];
  const outputs = ["d", "m"];
  const signed = (chip: string, bits: BitWidth = 8) => {
    const found = plan(network(LINES, { outputs }), chip, bits);
    return Object.fromEntries(
      ["x", "p", "s", "q", "d", "m"].map((name) => [name, ownPlan(found, name)?.signed]),
    );
  };

  it("are all signed on the TX chips", () => {
    expect(Object.values(signed("TX5368AV200"))).toEqual(Array(6).fill(true));
  });

  it.each([8, 16] as const)("are unsigned on generic where nothing can be negative, at %i bit", (bits) => {
    expect(signed("generic", bits)).toEqual({ x: true, p: false, s: false, q: false, d: true, m: false });
  });

  it.each<[string, boolean]>([
    ["Clip c zero six -> y", false],
    ["Clip c half six -> y", false],
    ["Clip c minus six -> y", true],
    ["Softmax c -> y", false],
    ["Tanh c -> y", true],
    ["HardSigmoid c -> y", false],
    ["Add c half -> y", true],
    ["Mul s half -> y", false],
    ["Mul s minus -> y", true],
    ["Concat s s -> y", false],
    ["Concat s c -> y", true],
    ["GlobalAveragePool s -> y", false],
  ])("on generic, %s: signed %s", (line, expected) => {
    const found = plan(network(["Conv x w -> c", "Sigmoid x -> s", line]), "generic");
    expect(ownPlan(found, "y")?.signed).toBe(expected);
  });

  it("a Relu that is a node of its own keeps its input's sign: it shares the scale", () => {
    const found = plan(network(["Conv x w -> c", "Relu c -> r", "Add c r -> y"]), "generic");
    expect(ownPlan(found, "r")?.signed).toBe(true);
  });
});

describe("what stays float", () => {
  it("an op without integer form, of any domain, by name", () => {
    const found = plan(network(["Erf x -> e", { ...node("Relu e -> y"), domain: "my" }]));
    expect([reason(found, "e"), reason(found, "y")]).toEqual([
      "Erf has no integer form",
      "my.Relu has no integer form",
    ]);
    expect(found.values.get("e")).toEqual({ kind: "float", because: 'Erf node "e" stays float' });
  });

  it.each(["toString", "constructor", "__proto__"])(
    "an op called %s, like a member of every object",
    (op) => {
      expect(reason(plan(network([`${op} x -> y`])), "y")).toBe(`${op} has no integer form`);
    },
  );

  it("an op on something other than float32, or of unknown type", () => {
    const types = [value("i", DIMS, "int64")];
    expect(reason(plan(network(["Cast x -> i", "Add i i -> y"], { types })), "y")).toBe(
      'its input "i" is int64, not float32',
    );
    const content = network(["Conv x w -> c", "Relu c -> y"]);
    content.types.delete("x");
    expect(reason(plan(content), "c")).toBe('its input "x" is of unknown type, not float32');
  });

  it("an op on constants only", () => {
    expect(reason(plan(network(["Add half six -> k", "Add x k -> y"])), "k")).toBe(
      "all its inputs are constant",
    );
  });

  it("a Conv whose weight is computed, or that sums too many products", () => {
    expect(reason(plan(network(["Sigmoid x -> v", "Conv x v -> y"])), "y")).toMatch(
      /weight \("v"\) is computed/,
    );
    const content = network(["Conv x big -> y"]);
    content.initializers.set("big", ones(1, 32769, 1, 1));
    expect(reason(plan(content), "y")).toMatch(/sums 32769 products; .* at most 32768/);
  });

  it("an index: ArgMax is integer arithmetic, what it gives is no quantized value", () => {
    const types = [value("y", [1], "int64")];
    const found = plan(network(["Conv x w -> c", "ArgMax c -> y"], { types }));
    expect(kinds(found)).toEqual(["c integer", "y integer"]);
    expect(found.values.get("y")).toEqual({ kind: "float", because: "it is an index" });
  });

  it("pure movement between float ops; a chain of it; but not in front of an integer op", () => {
    const chain = ["Erf x -> e", "Reshape e shape -> r", "Transpose r -> t", "Erf t -> y"];
    const found = plan(network(chain));
    expect(kinds(found)).toEqual(["e float", "r float", "t float", "y float"]);
    expect(reason(found, "r")).toBe("it only moves values between float ops");
    expect([...found.values.values()].every(({ kind }) => kind === "float")).toBe(true);
    const useful = plan(network(["Erf x -> e", "Reshape e shape -> r", "Transpose r -> t", "Conv t w -> y"]));
    expect(kinds(useful)).toEqual(["e float", "r integer", "t integer", "y integer"]);
    expect(scaleOwner(useful, "t")).toBe("e");
  });

  it("movement behind an integer op is integer, whoever reads it", () => {
    const found = plan(network(["Conv x w -> c", "Reshape c shape -> r", "Erf r -> y"]));
    expect(kinds(found)).toEqual(["c integer", "r integer", "y float"]);
  });
});

describe("makePlan", () => {
  it("refuses a width the chip does not have", () => {
    expect(() => plan(network(["Conv x w -> y"]), "TX5105C", 16)).toThrow(ConfigError);
  });

  it("gives every node one entry, in the graph's order", () => {
    const content = network(["Conv x w -> c", "Relu c -> r", "Erf r -> e", "Add e r -> y"]);
    expect(plan(content).nodes.map((entry) => entry.node)).toEqual(content.nodes);
  });

  it("leaves the graph as it was", () => {
    const content = network(["Conv x w -> c", "Relu c -> r"]);
    const before = structuredClone(content);
    plan(content, "generic");
    expect(content).toEqual(before);
  });
});

describe("describePlan", () => {
  it("says in one line per node what becomes of it and how its outputs are held", () => {
    const lines = ["Conv x w -> c", "Relu c -> r", "MaxPool r -> m", "Erf m -> e", "ArgMax m -> i"];
    const found = plan(network(lines, { outputs: ["e", "i"] }), "generic");
    expect(describePlan(found).split("\n")).toEqual([
      'Conv "c": 8 bit -> r (uint8, kl)',
      'Relu "r": carried by "c" as saturation bounds',
      'MaxPool "m": 8 bit -> m (scale of r)',
      'Erf "e": stays float, Erf has no integer form',
      'ArgMax "i": 8 bit -> i (float: it is an index)',
    ]);
  });
});
