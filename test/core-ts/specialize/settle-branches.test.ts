import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Attribute, Graph } from "../../../core-ts/graph/graph.ts";
import { verifyGraph } from "../../../core-ts/graph/verify.ts";
import { specialize } from "../../../core-ts/specialize/index.ts";
import { float32Scalar, int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, node, value } from "../../support/build-model.ts";

const body = (content: Graph): Attribute => ({ kind: "graph", value: content });
const one = tensor("int64", [], BigInt64Array.of(1n));
const constants = { one, axis: int64Tensor([1]), k: float32Scalar(2) };

/** torch's squeeze: if the axis has length 1 it goes, else the tensor stays. */
function squeeze(length: number, branches: { taken?: Graph; other?: Graph } = {}) {
  const squeezed = graph({ outputs: [value("s")], nodes: ["Squeeze x axis -> s"] });
  const kept = graph({ outputs: [value("s")], nodes: ["Identity x -> s"] });
  return model(
    graph({
      inputs: [value("x", [2, length, 3])],
      outputs: [value("y")],
      nodes: [
        "Shape x -> shape",
        node("Gather shape one -> size", { axis: attr.int(0) }),
        "Equal size one -> is_one",
        node("If is_one -> r", {
          then_branch: body(branches.taken ?? squeezed),
          else_branch: body(branches.other ?? kept),
        }),
        "Relu r -> y",
      ],
      constants,
    }),
  );
}

describe("an If whose condition is a constant", () => {
  it.each([
    [1, "Squeeze", [2, 3]],
    [4, "Identity", [2, 4, 3]],
  ])("becomes the branch that runs: an axis of length %i", async (length, op, dims) => {
    const { graph: found } = await specialize(squeeze(length), 1, nodeBackend());
    verifyGraph(found);
    expect(found.nodes.map((n) => n.op)).toEqual([op, "Relu"]);
    expect(found.types.get("r")!.dims).toEqual(dims);
    expect(found.types.get("y")!.dims).toEqual(dims);
  });

  it("keeps constants of the branch, renames what means something else outside, and passes on what it captures", async () => {
    const then = graph({
      outputs: [value("k2"), value("own")],
      nodes: ["Mul x own -> y2", "Add y2 k -> k2"],
      constants: { own: float32Scalar(3) },
    });
    const source = squeeze(1, { taken: then, other: then });
    source.graph.nodes = source.graph.nodes.map((n) => (n.op === "If" ? { ...n, outputs: ["r", "t"] } : n));
    source.graph.nodes.push(node("Neg t -> own_user"), { ...node("Sub r own_user -> y2"), name: "last" });
    source.graph.outputs.push(value("y2"));
    const { graph: found } = await specialize(source, 1, nodeBackend());
    verifyGraph(found);
    expect(found.nodes.map(({ op, inputs, outputs }) => `${op} ${inputs} ${outputs}`)).toEqual([
      "Mul x,own y2_2",
      "Add y2_2,k r",
      "Relu r y",
      "Sub r,own_user y2",
    ]);
  });

  it("nested in another one, and one that the data decide, which stays", async () => {
    const inner = graph({
      outputs: [value("b")],
      nodes: [
        node("If is_one -> b", {
          then_branch: body(graph({ outputs: [value("c")], nodes: ["Neg x -> c"] })),
          else_branch: body(graph({ outputs: [value("d")], nodes: ["Abs x -> d"] })),
        }),
      ],
    });
    const { graph: found } = await specialize(squeeze(1, { taken: inner, other: inner }), 1, nodeBackend());
    expect(found.nodes.map((n) => n.op)).toEqual(["Neg", "Relu"]);
  });
});
