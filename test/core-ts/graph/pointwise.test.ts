import { describe, expect, it } from "vitest";
import { isPointwise, pointwiseNode, withoutPointwise } from "../../../core-ts/graph/pointwise.ts";
import { verifyGraph } from "../../../core-ts/graph/verify.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { float32Scalar } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";

const DIMS = [1, 4];
const half = float32Scalar(0.5);

/** y = g(f(x)), each a Pointwise node with a value "a" or "b" inside and the constant "half". */
function twoFunctions() {
  const content = graph({
    inputs: [value("x", DIMS)],
    outputs: [value("y", DIMS)],
    nodes: ["Mul x half -> a", "Sigmoid a -> u", "Exp u -> b", "Mul b half -> y"],
    constants: { half },
    types: [value("a", DIMS), value("u", DIMS), value("b", DIMS)],
  });
  const [a, u, b, y] = content.nodes;
  content.nodes = [pointwiseNode([a!, u!], "x", content), pointwiseNode([b!, y!], "u", content)];
  return content;
}

describe("a Pointwise node", () => {
  it("is an ordinary node of one input to the graph, named after its last op", () => {
    const content = twoFunctions();
    verifyGraph(content);
    expect(content.nodes.map(({ name, inputs, outputs }) => [name, ...inputs, ...outputs])).toEqual([
      ["u", "x", "u"],
      ["y", "u", "y"],
    ]);
    expect(content.nodes[0]!.origins).toEqual(["a"]);
  });

  it("is written as the ops it holds, under their names, their constants once", async () => {
    const content = twoFunctions();
    const { graph: written } = await readModel(writeModel(model(content)), {});
    verifyGraph(written);
    expect(written.nodes.map(({ op, name, domain }) => [op, name, domain])).toEqual([
      ["Mul", "a", ""],
      ["Sigmoid", "u", ""],
      ["Exp", "b", ""],
      ["Mul", "y", ""],
    ]);
    expect([...written.initializers.keys()]).toEqual(["half"]);
    expect(written.types.get("a")).toEqual({ dtype: "float32", dims: DIMS });
    expect(content.nodes.every(isPointwise)).toBe(true);
  });

  it("is written with other edges when the graph gave it others, and with free names where its own are taken", () => {
    const content = twoFunctions();
    content.nodes[0]!.inputs = ["z"];
    content.nodes.unshift(node("Relu x -> z"), { ...node("Relu x -> a"), name: "a" });
    content.initializers.set("half", float32Scalar(3));
    const whole = withoutPointwise(content);
    verifyGraph(whole);
    expect(
      whole.nodes.map(({ name, inputs, outputs }) => [name, ...inputs, "->", ...outputs].join(" ")),
    ).toEqual(["z x -> z", "a x -> a", "a_2 z half_2 -> a_2", "u a_2 -> u", "b u -> b", "y b half_2 -> y"]);
    expect(whole.initializers.get("half_2")).toBe(half);
  });

  it("leaves a graph without any as it is", () => {
    const content = graph({ inputs: [value("x", DIMS)], outputs: [value("y")], nodes: ["Relu x -> y"] });
    expect(withoutPointwise(content)).toBe(content);
  });
});
