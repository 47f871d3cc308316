import { describe, expect, it } from "vitest";
import { fromOnnx } from "../../../../core-ts/frontends/onnx/index.ts";
import { subgraphsOf } from "../../../../core-ts/frontends/onnx/names.ts";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Attribute, Graph, GraphValue, Model } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { int64Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { graph, node, value } from "../../../support/build-model.ts";
import { at, expectSame } from "./compare.ts";

const body = (content: Graph): Attribute => ({ kind: "graph", value: content });
const scalar = (name: string, dtype: "int64" | "bool"): GraphValue => value(name, [], dtype);

/** If(mean(x) > 0) with two branches that read x. */
function conditional(opset: number, branches: readonly [Graph, Graph]): Model {
  const nodes = [
    node("ReduceMean x -> m", { keepdims: attr.int(0) }),
    node("Greater m zero -> positive"),
    node("If positive -> y", { then_branch: body(branches[0]), else_branch: body(branches[1]) }),
  ];
  const zero = tensor("float32", [], Float32Array.of(0));
  return at(
    opset,
    graph({ inputs: [value("x", [2, 3, 4])], outputs: [value("y", [2, 3, 4])], nodes, constants: { zero } }),
  );
}

describe("nodes inside subgraphs are brought to canonical form", () => {
  it("in both branches of If, with constants of their own", async () => {
    const branches = [
      graph({
        outputs: [value("p", [2, 3, 4])],
        nodes: [node("Softmax x -> s", { axis: attr.int(1) }), node("Clip s -> p", { max: attr.float(0.1) })],
      }),
      graph({
        outputs: [value("q", [2, 3, 4])],
        nodes: [node("Clip x -> c", { min: attr.float(0) }), node("Softmax c -> q", { axis: attr.int(2) })],
      }),
    ] as const;
    const canonical = await expectSame(conditional(9, branches));
    const inner = canonical.graph.nodes.flatMap(subgraphsOf);
    expect(inner.map(({ nodes }) => nodes.map(({ op }) => op))).toEqual([
      ["Flatten", "Softmax", "Shape", "Reshape", "Clip"],
      ["Clip", "Softmax"],
    ]);
    const names = [canonical.graph, ...inner].flatMap(({ nodes }) => nodes.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it("a branch that is only a Constant", async () => {
    const k = tensor("float32", [2, 3, 4], new Float32Array(24).fill(3));
    const constant = (name: string): Graph =>
      graph({
        outputs: [value(name, [2, 3, 4])],
        nodes: [{ ...node(`Constant -> ${name}`, { value: { kind: "tensor", value: k } }), inputs: [] }],
      });
    await expectSame(conditional(13, [constant("p"), constant("q")]));
  });

  it("nested, in any order", async () => {
    const innermost = (name: string): Graph =>
      graph({ outputs: [value(name, [2, 3, 4])], nodes: [`Neg t_${name} -> ${name}`, `Abs x -> t_${name}`] });
    const outer = (name: string): Graph =>
      graph({
        outputs: [value(name, [2, 3, 4])],
        nodes: [
          node(`If positive -> ${name}`, {
            then_branch: body(innermost(`a${name}`)),
            else_branch: body(innermost(`b${name}`)),
          }),
        ],
      });
    const content = conditional(11, [outer("p"), outer("q")]);
    const canonical = await fromOnnx(writeModel(content));
    const inner = canonical.graph.nodes
      .flatMap(subgraphsOf)
      .flatMap(({ nodes }) => nodes.flatMap(subgraphsOf));
    expect(inner.map(({ nodes }) => nodes.map(({ op }) => op))).toEqual(new Array(4).fill(["Abs", "Neg"]));
  });

  it("in the body of Loop, whose condition is a Constant", async () => {
    const loopBody = graph({
      inputs: [scalar("i", "int64"), scalar("go", "bool"), value("state", [2, 3, 4])],
      outputs: [scalar("again", "bool"), value("next", [2, 3, 4])],
      nodes: [
        {
          ...node("Constant -> again", {
            value: { kind: "tensor", value: tensor("bool", [], Uint8Array.of(1)) },
          }),
          inputs: [],
        },
        node("Clip state -> clipped", { min: attr.float(-0.5) }),
        node("Add clipped x -> next"),
      ],
    });
    const constants = { trips: { ...int64Tensor([3]), dims: [] }, on: tensor("bool", [], Uint8Array.of(1)) };
    const nodes = [node("Loop trips on x -> y", { body: body(loopBody) })];
    const content = graph({
      inputs: [value("x", [2, 3, 4])],
      outputs: [value("y", [2, 3, 4])],
      nodes,
      constants,
    });
    await expectSame(at(10, content));
  });

  it("in the body of Scan", async () => {
    const scanBody = graph({
      inputs: [value("sum", [4]), value("row", [4])],
      outputs: [value("more", [4]), value("seen", [4])],
      nodes: [node("Add sum row -> more"), node("Clip more -> seen", { max: attr.float(1) })],
    });
    const nodes = [
      node("Scan start rows -> total y", { body: body(scanBody), num_scan_inputs: attr.int(1) }),
      node("Squeeze x -> rows", { axes: attr.ints([0]) }),
    ];
    const constants = { start: tensor("float32", [4], new Float32Array(4)) };
    const content = graph({
      inputs: [value("x", [1, 3, 4])],
      outputs: [value("y", [3, 4])],
      nodes: nodes.reverse(),
      constants,
    });
    await expectSame(at(9, content));
  });
});
