import { describe, expect, it } from "vitest";
import { findChip } from "../../../core-ts/chips/index.ts";
import type { Model, Node } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { makePlan } from "../../../core-ts/plan/make-plan.ts";
import { scaleOwner } from "../../../core-ts/plan/plan.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const DIMS = [1, 4, 6, 6];
const AXIS: Node["attrs"] = new Map([["axis", { kind: "int", value: 1 }]]);
const concat = (line: string): Node => ({ ...node(`Concat ${line}`), attrs: AXIS });
const pool: Node = {
  ...node("MaxPool c -> c_pooled"),
  attrs: new Map([
    ["kernel_shape", { kind: "ints", value: [3, 3] }],
    ["pads", { kind: "ints", value: [1, 1, 1, 1] }],
  ]),
};

/** Branches of unlike ranges meet in two Concats in a chain; a MaxPool and a constant among them; d meets nobody. */
function branches(): Model {
  const spread = (s: number) => normals([4, 4, 1, 1], random(10 * s), s);
  return model(
    graph({
      inputs: [value("x", DIMS)],
      outputs: [value("y", [1, 16, 6, 6]), value("d", DIMS)],
      nodes: [
        "Conv x small -> a",
        "Conv x large -> b",
        "Conv x middle -> c",
        pool,
        concat("a b -> first"),
        concat("first c_pooled constant -> y"),
        "Conv x small -> d",
      ],
      constants: {
        small: spread(0.05),
        large: spread(2),
        middle: spread(0.4),
        constant: tensor("float32", DIMS, new Float32Array(144).fill(0.5)),
      },
    }),
  );
}

describe("-uis", () => {
  it("gives all that meet at Concats, in chains and through ops that keep a scale, one scale", async () => {
    const found = await wholeWay(branches(), { options: { unifyScales: true } });
    const { plan } = found.prepared;
    for (const name of ["a", "b", "first", "c", "c_pooled", "y"]) expect(scaleOwner(plan, name)).toBe("y");
    expect(scaleOwner(plan, "d")).toBe("d");
    expect([...plan.unified!.keys()].sort()).toEqual(["a", "b", "c", "first"]);
  });

  it("emits no requantize, and every input of a Concat comes from its producer", async () => {
    const without = await wholeWay(branches());
    const unified = await wholeWay(branches(), { options: { unifyScales: true } });
    const ops = async (bytes: Uint8Array) => (await readModel(bytes)).graph.nodes.map(({ op }) => op);
    expect(await ops(without.quantized.bytes)).toContain("Requantize");
    expect(await ops(unified.quantized.bytes)).not.toContain("Requantize");
  });

  it("chooses the scale for the union of what calibration saw", async () => {
    const { quantized, float } = await wholeWay(branches(), { options: { unifyScales: true } });
    const largest = Math.max(
      ...float.flatMap((answers) => Array.from(answers.get("y")!.data as Float32Array, Math.abs)),
    );
    const { scales } = quantized;
    expect(new Set(["a", "b", "first", "c"].map((name) => scales.get(name)!.scale)).size).toBe(1);
    // min_max: c before its MaxPool may reach below what y holds, and b is by far the widest.
    expect(scales.get("y")!.threshold).toBeCloseTo(largest, 4);
    expect(scales.get("d")!.scale).toBeLessThan(scales.get("a")!.scale / 5);
  });

  it("costs the narrow branch resolution, and nothing else", async () => {
    const unified = await wholeWay(branches(), { options: { unifyScales: true } });
    expect(outputSqnr(unified, "y")).toBeGreaterThan(35);
    expect(outputSqnr(unified, "d")).toBeGreaterThan(35);
  });

  it("joins values that two Concats have in common", () => {
    const content = graph({
      inputs: [value("x", DIMS)],
      outputs: [value("p", [1, 8, 6, 6]), value("q", [1, 8, 6, 6])],
      nodes: ["Tanh x -> a", "Sigmoid x -> b", "Sigmoid a -> c", concat("a b -> p"), concat("c b -> q")],
      types: ["a", "b", "c"].map((name) => value(name, DIMS)),
    });
    const options = { bits: 8, observer: "kl", lutLength: 10, unifyScales: true } as const;
    const plan = makePlan(content, { ...options, chip: findChip("generic") });
    for (const name of ["a", "b", "c", "p"]) expect(scaleOwner(plan, name)).toBe("q");
    // Tanh gives negative numbers, so none of the group can be unsigned any more.
    expect(plan.values.get("q")).toMatchObject({ kind: "own", signed: true });
  });

  it("takes a model input into the group, but leaves one that takes integers at its own scale", () => {
    const content = () =>
      graph({
        inputs: [value("x", DIMS)],
        outputs: [value("p", [1, 8, 6, 6])],
        nodes: ["Tanh x -> a", concat("a x -> p")],
        types: [value("a", DIMS)],
      });
    const options = {
      bits: 8,
      observer: "kl",
      lutLength: 10,
      unifyScales: true,
      chip: findChip("TX5368AV200"),
    } as const;
    expect(scaleOwner(makePlan(content(), options), "x")).toBe("p");
    const fed = makePlan(content(), { ...options, inputTypes: new Map([["x", "int8"]]) });
    expect(scaleOwner(fed, "x")).toBe("x");
    expect(scaleOwner(fed, "a")).toBe("p");
  });
});
