import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Model } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { type QuantizedModel, quantizeModel, startEvaluation } from "../../../core-ts/pipeline.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { calibratedDigits, DIGITS_OPTIONS, digitsAccuracy, logitsOf } from "../../support/digits.ts";
import { testHost } from "../../support/one-op.ts";

const QDQ = { ...DIGITS_OPTIONS, ir: "qdq" } as const;

const opsOf = (model: Model) => model.graph.nodes.map(({ op }) => op);
const read = (model: QuantizedModel) => readModel(model.bytes, {});

async function digits(options: Partial<typeof QDQ> & { chip?: string; bits?: 8 | 16 } = {}) {
  const host = await testHost();
  const { prepared, ranges } = await calibratedDigits({ ...QDQ, ...options }, host);
  const fixed = { ...prepared, options: { ...prepared.options, ir: "fixed", outputDequant: true } as const };
  return {
    host,
    prepared,
    qdq: quantizeModel(prepared, ranges, host),
    fixed: quantizeModel(fixed, ranges, host),
  };
}

/** What ONNX Runtime makes of the model. */
async function optimizedOps(bytes: Uint8Array): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "knight-qdq-"));
  const optimizedModelFilePath = join(folder, "optimized.onnx");
  const session = await ort.InferenceSession.create(bytes, { optimizedModelFilePath, logSeverityLevel: 3 });
  await session.release();
  const ops = opsOf(await readModel(readFileSync(optimizedModelFilePath), {}));
  rmSync(folder, { recursive: true });
  return ops;
}

describe("the QDQ model", () => {
  it("is plain ONNX of opset 21 with the scales and names of the plan", async () => {
    const { qdq, fixed } = await digits();
    const model = await read(qdq);
    expect([...model.opsets]).toEqual([["", 21]]);
    expect(model.functions).toEqual([]);
    expect(model.metadata.get("knight.ir")).toBe("qdq");
    expect(new Set(model.graph.nodes.map(({ domain }) => domain))).toEqual(new Set([""]));
    expect(model.graph.outputs.map(({ name, type }) => [name, type?.dtype])).toEqual([["logits", "float32"]]);
    const scales = (entries: QuantizedModel["scales"]) =>
      new Set([...entries.values()].map(({ scale }) => scale));
    expect(scales(qdq.scales)).toEqual(scales(fixed.scales));
  });

  it("holds weights as the fixed model's integers, one scale a channel along the right axis, and biases as int32", async () => {
    const { qdq, fixed, prepared } = await digits();
    const [model, integers] = [await read(qdq), await read(fixed)];
    for (const node of model.graph.nodes.filter(({ op }) => op === "Conv" || op === "Gemm")) {
      const maker = (i: number) => model.graph.nodes.find(({ outputs }) => outputs[0] === node.inputs[i])!;
      const constant = (i: number, j: number) => model.graph.initializers.get(maker(i).inputs[j]!)!;
      const axis = node.op === "Conv" ? 0 : 1;
      expect(maker(1).attrs.get("axis")).toEqual(attr.int(axis));
      expect(constant(1, 1).dims).toEqual([constant(1, 0).dims[axis]]);
      const same = integers.graph.nodes.find(({ name }) => name === node.name)!;
      const [, weight, bias] = same.inputs.map((name) => integers.graph.initializers.get(name));
      expect([constant(1, 0), constant(2, 0)]).toEqual([weight, bias]);
      expect(constant(2, 1).dtype).toBe("float32");
    }
    expect(prepared.floatLayers).toEqual([]);
  });

  it.each([
    ["TX5368AV200", 8],
    ["generic", 8],
    ["TX5368AV200", 16],
    ["generic", 16],
  ] as const)("runs in ONNX Runtime as accurately as the fixed one: %s, %i bit", async (chip, bits) => {
    const { host, qdq, fixed } = await digits({ chip, bits });
    const [left, right] = [
      await logitsOf(qdq.bytes, host.backend, 200),
      await logitsOf(fixed.bytes, host.backend, 200),
    ];
    // One image of 200 may fall on the other side.
    expect(Math.abs((await digitsAccuracy(left)) - (await digitsAccuracy(right)))).toBeLessThanOrEqual(
      1 / 200,
    );
    const step = qdq.scales.get("logits_quantized")!.scale;
    const far = left.flatMap((row, i) => row.map((v, j) => Math.abs(v - right[i]![j]!) / step));
    // Both round every layer, at other points: at most a few steps of the output at 8 bit, some more of the 256 times finer ones at 16.
    expect(Math.max(...far)).toBeLessThan(bits === 8 ? 6 : 40);
  });

  it("is int8 kernels in ONNX Runtime: nothing float is left on a chip with uint8", async () => {
    const ops = await optimizedOps((await digits({ chip: "generic" })).qdq.bytes);
    const counted = (op: string) => ops.filter((other) => other === op).length;
    expect(counted("QLinearConv")).toBe(6);
    expect([counted("QLinearAdd"), counted("QLinearGlobalAveragePool"), counted("QGemm")]).toEqual([1, 1, 1]);
    expect([counted("QuantizeLinear"), counted("DequantizeLinear"), counted("Conv")]).toEqual([1, 1, 0]);
  });

  it("a carried Relu has a pair on both sides, so that its Conv is an int8 kernel with signed values too", async () => {
    const ops = await optimizedOps((await digits()).qdq.bytes);
    // What x64 does with int8 pairs that have two readers is ONNX Runtime's own: its quantizer's models fare the same.
    expect(ops.filter((op) => op === "QLinearConv").length).toBeGreaterThanOrEqual(3);
  });

  it("layers are compared as in the fixed form", async () => {
    const { host, prepared, qdq } = await digits();
    const evaluation = await startEvaluation(prepared, qdq, host);
    await evaluation.forward(
      new Map([["image", tensor("float32", [1, 1, 8, 8], new Float32Array(64).fill(7))]]),
    );
    const layers = evaluation.layers();
    await evaluation.stop();
    expect(layers.length).toBe(11);
    for (const { cosine, maxAbs } of layers) {
      expect(cosine).toBeGreaterThan(0.99);
      expect(maxAbs).toBeGreaterThan(0);
    }
  });
});
