import { expect, it } from "vitest";
import { float32Scalar } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";

const inputs = { a: [1, 4, 5], b: [4, 1], c: [5] };
const constants = { k: floats([4, 1]), l: float32Scalar(0.3) };

async function after(op: string, operands: string) {
  const result = await optimized(
    buildModel({ inputs, constants, nodes: [["y", op, operands]], outputs: "y" }),
  );
  return result.nodes.map((node) => `${node.name}: ${node.op}(${node.inputs.join(", ")})`);
}

it.each([
  ["Max", "Max"],
  ["Min", "Min"],
  ["Sum", "Add"],
])("%s of three is a chain of %s", async (op, pair) => {
  expect(await after(op, "a b c")).toEqual([
    `node_y/part_1: ${pair}(a, b)`,
    `node_y: ${pair}(node_y/part_1, c)`,
  ]);
});

it("Mean of three is a chain of Add and a Mul", async () => {
  expect(await after("Mean", "a b c")).toEqual([
    "node_y/part_1: Add(a, b)",
    "node_y/part_2: Add(node_y/part_1, c)",
    "node_y: Mul(node_y/part_2, node_y/share)",
  ]);
});

it("constants come last, so that no pair is of constants alone", async () => {
  expect(await after("Sum", "k l b")).toEqual(["node_y/part_1: Add(b, k)", "node_y: Add(node_y/part_1, l)"]);
});

it("a pair stays", async () => {
  expect(await after("Sum", "a b")).toEqual(["node_y: Sum(a, b)"]);
});
