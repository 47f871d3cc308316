import { describe, expect, it } from "vitest";
import { ModelError } from "../../../core-ts/errors.ts";
import {
  GraphIndex,
  nodeUses,
  removeNodes,
  replaceUses,
  uniqueName,
  valueNames,
} from "../../../core-ts/graph/edit.ts";
import type { Graph, Node } from "../../../core-ts/graph/graph.ts";
import { int64Tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, node, value } from "../../support/build-model.ts";

/** If with the given branches; they capture what they don't define. */
function branching(line: string, ...branches: Graph[]): Node {
  return node(line, { branches: { kind: "graphs", value: branches } });
}

const onlyNode = (content: Graph): Node => content.nodes[0]!;
const branchesOf = (one: Node): readonly Graph[] => {
  const found = one.attrs.get("branches");
  return found?.kind === "graphs" ? found.value : [];
};

describe("nodeUses", () => {
  it("lists inputs in order, absent ones as empty names", () => {
    expect(nodeUses(node("Clip x _ hi -> y"))).toEqual(["x", "", "hi"]);
  });

  it("adds what subgraphs of any depth capture, once, and nothing that is their own", () => {
    const deep = graph({ nodes: ["Add p q -> d"], outputs: [value("d")] });
    const body = graph({
      inputs: [value("i")],
      constants: { k: int64Tensor([1]) },
      nodes: ["Add i k -> p", branching("If p -> e", deep), "Add e r -> f", "Add f q -> g"],
      outputs: [value("g"), value("straight")],
    });
    expect(nodeUses(branching("Loop n -> y", body))).toEqual(["n", "q", "r", "straight"]);
  });
});

describe("GraphIndex", () => {
  const body = graph({ nodes: ["Neg a -> r"], outputs: [value("r")] });
  const content = graph({
    inputs: [value("x")],
    constants: { k: int64Tensor([1]) },
    nodes: ["A x k -> a s", "B a a _ -> b", branching("If x -> c", body), "D b _ -> d", "E s -> e"],
    outputs: [value("d"), value("s")],
  });
  const index = new GraphIndex(content);
  const names = (nodes: readonly Node[]) => nodes.map(({ name }) => name);

  it("knows who makes a value", () => {
    expect([index.producer("s")?.name, index.producer("x"), index.producer("k")]).toEqual([
      "a",
      undefined,
      undefined,
    ]);
  });

  it("knows who reads it: subgraphs too, a double reader once, in order", () => {
    expect(names(index.consumers("a"))).toEqual(["b", "c"]);
    expect(names(index.consumers("x"))).toEqual(["a", "c"]);
    expect(index.consumers("d")).toEqual([]);
  });

  it("counts absent inputs as no value", () => {
    expect(index.consumers("")).toEqual([]);
    expect(index.producer("")).toBeUndefined();
  });

  it("knows the only reader, which a model output does not have", () => {
    expect(index.onlyConsumer("b")?.name).toBe("d");
    expect(index.onlyConsumer("a")).toBeUndefined();
    expect(index.onlyConsumer("s")).toBeUndefined();
    expect([index.isOutput("s"), index.isOutput("b")]).toEqual([true, false]);
  });
});

describe("replaceUses", () => {
  it("changes every reader and no maker, no model output", () => {
    const content = graph({
      inputs: [value("x")],
      nodes: ["A x -> a", "B a x a -> b"],
      outputs: [value("a"), value("b")],
    });
    replaceUses(content, "a", "z");
    expect(content.nodes.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [["x"], ["a"]],
      [["z", "x", "z"], ["b"]],
    ]);
    expect(content.outputs.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("reaches into subgraphs, their outputs too", () => {
    const deep = graph({ nodes: ["Neg a -> d"], outputs: [value("d"), value("a")] });
    const content = graph({
      nodes: [
        branching("If x -> y", graph({ nodes: [branching("If x -> e", deep)], outputs: [value("e")] })),
      ],
    });
    replaceUses(content, "a", "z");
    expect(onlyNode(deep).inputs).toEqual(["z"]);
    expect(deep.outputs.map(({ name }) => name)).toEqual(["d", "z"]);
  });

  it.each<[string, Graph]>([
    ["input", graph({ inputs: [value("a")], nodes: ["Neg a -> r"], outputs: [value("r")] })],
    ["constant", graph({ constants: { a: int64Tensor([1]) }, nodes: ["Neg a -> r"], outputs: [value("r")] })],
    ["node's output", graph({ nodes: ["Neg q -> a", "Neg a -> r"], outputs: [value("r"), value("a")] })],
  ])("leaves alone a subgraph whose own %s has the name", (_, body) => {
    const before = structuredClone([body.nodes.map(({ inputs }) => inputs), body.outputs]);
    replaceUses(graph({ nodes: [branching("If x -> y", body)] }), "a", "z");
    expect([body.nodes.map(({ inputs }) => inputs), body.outputs]).toEqual(before);
  });

  it("refuses to let a subgraph's own value of the new name be read instead", () => {
    const body = graph({ nodes: ["Neg a -> z", "Add a z -> r"], outputs: [value("r")] });
    const content = graph({ nodes: [branching("If x -> y", body)] });
    expect(() => replaceUses(content, "a", "z")).toThrow(ModelError);
    expect(() => replaceUses(content, "a", "z")).toThrow(
      /"y" has a value "z" of its own.*unique value names/,
    );
    replaceUses(content, "a", "fresh");
    expect(branchesOf(onlyNode(content))[0]!.nodes.map(({ inputs }) => inputs)).toEqual([
      ["fresh"],
      ["fresh", "z"],
    ]);
  });
});

describe("names", () => {
  const body = graph({
    inputs: [value("i")],
    constants: { k: int64Tensor([1]) },
    nodes: ["Add i far -> r"],
    outputs: [value("r")],
  });
  const content = graph({
    inputs: [value("x")],
    constants: { c: int64Tensor([1]) },
    nodes: ["A x c -> a", branching("If a -> y", body)],
    outputs: [value("y")],
  });

  it("in use are those of the graph and of its subgraphs", () => {
    expect([...valueNames(content)].sort()).toEqual(["a", "c", "far", "i", "k", "r", "x", "y"]);
  });

  it("stay unique: the wanted one, or it with the first free number", () => {
    const taken = new Set(["w", "w_2", "w_4"]);
    expect(["w", "w", "v", "v"].map((wanted) => uniqueName(taken, wanted))).toEqual([
      "w_3",
      "w_5",
      "v",
      "v_2",
    ]);
    expect(taken.has("w_5")).toBe(true);
  });
});

describe("removeNodes", () => {
  it("takes out exactly these, the rest keeps its order", () => {
    const content = graph({ nodes: ["A x -> a", "B x -> b", "C x -> c", "D x -> d"] });
    removeNodes(content, [content.nodes[2]!, content.nodes[0]!, node("A x -> a")]);
    expect(content.nodes.map(({ name }) => name)).toEqual(["b", "d"]);
  });
});
