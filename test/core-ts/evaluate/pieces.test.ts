import { beforeAll, describe, expect, it } from "vitest";
import type { Backend, Feeds } from "../../../core-ts/backend.ts";
import { openSession, withOutputs } from "../../../core-ts/calibrate/calibrate.ts";
import { cutIntoPieces, PiecewiseRun } from "../../../core-ts/evaluate/pieces.ts";
import type { Model } from "../../../core-ts/graph/graph.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, value } from "../../support/build-model.ts";

/** a and c cross several borders: a skip connection, and a second branch. */
function skipping(): Model {
  const built = graph({
    inputs: [value("x", [1, 4])],
    outputs: [value("y", [1, 4])],
    nodes: ["Mul x w -> a", "Relu a -> b", "Neg b -> c", "Add c w -> d", "Add d a -> e", "Sub e c -> y"],
    constants: { w: tensor("float32", [1, 4], Float32Array.of(2, -3, 0.5, 7)) },
  });
  for (const name of ["a", "b", "c", "d", "e"]) built.types.set(name, { dtype: "float32", dims: [1, 4] });
  return model(built);
}

const NAMES = ["a", "b", "c", "d", "e", "y"];
const FEEDS: Feeds = new Map([["x", tensor("float32", [1, 4], Float32Array.of(1, -2, 3, 0.25))]]);

let backend: Backend;
let whole: ReadonlyMap<string, Tensor>;
beforeAll(async () => {
  backend = nodeBackend();
  const built = skipping();
  const session = await openSession(
    backend,
    { ...built, graph: withOutputs(built.graph, NAMES) },
    "the whole",
  );
  whole = new Map([...(await session.run(FEEDS))]);
});

describe("cutIntoPieces", () => {
  it("gives every node to the first group that needs it, and every piece what it reads", () => {
    const pieces = cutIntoPieces(skipping(), [["b"], ["d"], ["y"]])!;
    expect(pieces.map(({ graph }) => graph.nodes.map(({ outputs }) => outputs[0]))).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "y"],
    ]);
    const edges = (of: "inputs" | "outputs") =>
      pieces.map((piece) => piece.graph[of].map(({ name }) => name));
    expect(edges("inputs")).toEqual([["x"], ["b"], ["d", "a", "c"]]);
    expect(edges("outputs")).toEqual([["a", "b"], ["c", "d"], ["y"]]);
    expect(pieces.map(({ graph }) => [...graph.initializers.keys()])).toEqual([["w"], ["w"], []]);
  });

  it("leaves out what nobody asked for", () => {
    const [piece, ...others] = cutIntoPieces(skipping(), [["b"]])!;
    expect(others).toEqual([]);
    expect(piece!.graph.nodes).toHaveLength(2);
  });

  it("gives up where the type of a value at a border is not known", () => {
    const built = skipping();
    built.graph.types.delete("b");
    expect(cutIntoPieces(built, [["b"], ["y"]])).toBeUndefined();
    expect(cutIntoPieces(built, [["b", "y"]])).toHaveLength(1);
  });
});

describe("PiecewiseRun", () => {
  it.each([
    ["one piece", [NAMES]],
    ["a piece a value", NAMES.map((name) => [name])],
    ["pieces without nodes", [["x"], ["b", "a"], ["a", "x"], ["y", "c", "d", "e"]]],
  ])("gives the values of the whole model in %s", async (_, groups) => {
    const run = await PiecewiseRun.open(backend, cutIntoPieces(skipping(), groups)!, groups, "the pieces");
    const held = new Map(FEEDS);
    for (const [i, group] of groups.entries()) {
      const values = await run.step(i, held);
      expect([...values.keys()]).toEqual(group);
      for (const [name, { data }] of values) expect(data).toEqual((whole.get(name) ?? FEEDS.get(name))!.data);
    }
    expect(held.size).toBe(0);
    await run.release();
  });

  it("holds only what is read again", async () => {
    const groups = NAMES.map((name) => [name]);
    const run = await PiecewiseRun.open(backend, cutIntoPieces(skipping(), groups)!, groups, "the pieces");
    const held = new Map(FEEDS);
    const after: string[] = [];
    for (const i of groups.keys()) {
      await run.step(i, held);
      after.push([...held.keys()].sort().join(" "));
    }
    expect(after).toEqual(["a", "a b", "a c", "a c d", "c e", ""]);
    await run.release();
  });
});
