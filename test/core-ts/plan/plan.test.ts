import { describe, expect, it } from "vitest";
import type { BitWidth } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { describePlan } from "../../../core-ts/plan/describe.ts";
import { ownPlan, scaleOwner, type ValuePlan } from "../../../core-ts/plan/plan.ts";
import { kinds, network, plan, reason } from "./network.ts";

const own = (signed: boolean, bits: BitWidth = 8): ValuePlan => ({
  kind: "own",
  bits,
  signed,
  observer: "kl",
});

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
    const mixed = plan(network(["Hardmax x -> e", "Add x half -> y"]));
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

describe("makePlan", () => {
  it("refuses a width the chip does not have", () => {
    expect(() => plan(network(["Conv x w -> y"]), "TX5105C", 16)).toThrow(ConfigError);
  });

  it("gives every node one entry, in the graph's order", () => {
    const content = network(["Conv x w -> c", "Relu c -> r", "Hardmax r -> e", "Add e r -> y"]);
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
    const lines = ["Conv x w -> c", "Relu c -> r", "MaxPool r -> m", "Hardmax m -> e", "ArgMax m -> i"];
    const found = plan(network(lines, { outputs: ["e", "i"] }), "generic");
    expect(describePlan(found).split("\n")).toEqual([
      'Conv "c": 8 bit -> r (uint8, kl)',
      'Relu "r": carried by "c" as saturation bounds',
      'MaxPool "m": 8 bit -> m (scale of r)',
      'Hardmax "e": stays float, Hardmax has no integer form',
      'ArgMax "i": 8 bit -> i (float: it is an index or a truth value)',
    ]);
  });
});
