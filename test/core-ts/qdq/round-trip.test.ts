/** A QDQ export of ours, quantized again without any data, is the fixed-point model it came with. */
import { describe, expect, it } from "vitest";
import type { Model, Node } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { prepare, quantizeModel } from "../../../core-ts/pipeline.ts";
import { calibratedDigits, DIGITS_OPTIONS } from "../../support/digits.ts";
import { testHost } from "../../support/one-op.ts";

const NO_DATA = { stats: new Map(), samples: 0 };

/** Op, attributes and constants of every node in order; names of initializers may have other numbers at their end. */
function content(model: Model) {
  const constants = (node: Node) => node.inputs.map((name) => model.graph.initializers.get(name));
  return model.graph.nodes.map((node) => ({
    name: node.name,
    op: node.op,
    attrs: Object.fromEntries(node.attrs),
    constants: constants(node),
  }));
}

describe("QDQ export → quantized again with no data", () => {
  it.each([
    ["TX5368AV200", 8],
    ["TX5368AV200", 16],
    ["generic", 8],
    ["generic", 16],
  ] as const)("%s, %i bit: the same integers, multipliers, shifts and scales", async (chip, bits) => {
    const host = await testHost();
    const options = { ...DIGITS_OPTIONS, chip, bits };
    const { prepared, ranges } = await calibratedDigits(options, host);
    const fixed = quantizeModel(prepared, ranges, host);
    const qdq = quantizeModel({ ...prepared, options: { ...options, ir: "qdq" } }, ranges, host);
    const again = await prepare(qdq.bytes, options, host);
    expect(again.knownScales?.calibrated).toEqual([]);
    expect(again.knownScales?.widened).toEqual([]);
    const back = quantizeModel(again, NO_DATA, host);
    expect(back.warnings).toEqual([]);
    expect(content(await readModel(back.bytes, {}))).toEqual(content(await readModel(fixed.bytes, {})));
    expect([...back.scales.values()]).toEqual([...fixed.scales.values()]);
  });

  it("into the wider grid of a chip without unsigned integers: one bit coarser where values are never negative", async () => {
    const host = await testHost();
    const options = { ...DIGITS_OPTIONS, chip: "generic", ir: "qdq" } as const;
    const { prepared, ranges } = await calibratedDigits(options, host);
    const qdq = quantizeModel(prepared, ranges, host);
    const again = await prepare(qdq.bytes, DIGITS_OPTIONS, host);
    const widened = again.knownScales!.widened;
    expect(widened.length).toBeGreaterThan(0);
    // 255 steps on 127: a factor of 2.008.
    for (const { low, factor } of widened) expect([low, factor.toFixed(2)]).toEqual([0, "2.01"]);
  });
});
