import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Model } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { prepare, type QuantOptions, quantizeModel, startCalibration } from "../../../core-ts/pipeline.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { DIGITS_OPTIONS } from "../../support/digits.ts";
import { normals, random } from "../../support/numbers.ts";
import { testHost } from "../../support/one-op.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";

const QDQ: QuantOptions = { ...DIGITS_OPTIONS, ir: "qdq" };
const opsOf = (model: Model) => model.graph.nodes.map(({ op }) => op);
const count = (model: Model, op: string) => opsOf(model).filter((other) => other === op).length;

async function quantizeText(text: ModelText, options: Partial<QuantOptions> = {}) {
  const host = await testHost();
  const model = buildModel(text);
  const prepared = await prepare(writeModel(model), { ...QDQ, ...options }, host);
  const calibration = await startCalibration(prepared, host);
  const next = random(5);
  const feeds = () =>
    new Map(prepared.inputs.map(({ name, dims }) => [name, normals(dims as number[], next, 1)] as const));
  for (let i = 0; i < 4; i++) await calibration.forward(feeds());
  await calibration.stop();
  const quantized = quantizeModel(prepared, calibration.ranges(), host);
  return { host, prepared, quantized, model: await readModel(quantized.bytes, {}), feeds: feeds() };
}

describe("QDQ around ops of other kinds", () => {
  it("an op that stays float has no pair behind it, and reads what is on the grid", async () => {
    const { model, prepared } = await quantizeText({
      inputs: { x: [1, 4] },
      constants: { w: floats([4, 4]) },
      nodes: [
        ["a", "MatMul", "x w"],
        ["y", "Hardmax", "a"],
      ],
      outputs: "y",
    });
    expect(prepared.floatLayers.map(({ op }) => op)).toEqual(["Hardmax"]);
    expect(opsOf(model).slice(-1)).toEqual(["Hardmax"]);
    expect([count(model, "QuantizeLinear"), count(model, "DequantizeLinear")]).toEqual([2, 3]);
    expect(model.graph.nodes.at(-1)!.inputs).toEqual(["a_dequantized"]);
  });

  it("a value that is output and operand keeps its name behind its pair", async () => {
    const { model, quantized, feeds, host } = await quantizeText({
      inputs: { x: [1, 2, 4, 4] },
      nodes: [
        ["a", "Tanh", "x"],
        ["y", "MaxPool", "a", { kernel_shape: attr.ints([2, 2]) }],
      ],
      outputs: "a y",
    });
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(["a", "y"]);
    const session = await host.backend.createSession(quantized.bytes);
    const a = (await session.run(feeds)).get("a")!.data as Float32Array;
    const { scale } = quantized.scales.get("a_quantized")!;
    for (const v of a) expect(Math.abs(v / scale - Math.round(v / scale))).toBeLessThan(1e-4);
    await session.release();
  });

  it("constants are integers behind a DequantizeLinear; a divisor stays float", async () => {
    const { model } = await quantizeText({
      inputs: { x: [1, 3, 4] },
      constants: { c: floats([3, 1]), d: floats([1], [3]) },
      nodes: [
        ["a", "Tanh", "x"],
        ["b", "Mul", "a c"],
        ["y", "Div", "b d"],
      ],
      outputs: "y",
    });
    expect(model.graph.initializers.get("c_quantized")?.dtype).toBe("int8");
    expect(model.graph.initializers.get("d")?.dtype).toBe("float32");
  });

  it("at 16 bit biases are exact in int32 on powers of two: ONNX Runtime would saturate float ones", async () => {
    const { model } = await quantizeText(
      {
        inputs: { x: [1, 4] },
        constants: { w: floats([4, 4]), b: floats([4]) },
        nodes: [["y", "Gemm", "x w b"]],
        outputs: "y",
      },
      { bits: 16 },
    );
    expect(model.graph.initializers.get("w_quantized")?.dtype).toBe("int16");
    const [integers, scales] = ["quantized", "scale"].map(
      (role) => model.graph.initializers.get(`b_${role}`)!,
    );
    expect(integers!.dtype).toBe("int32");
    const real = toNumbers(integers!).map((q, c) => q * toNumbers(scales!)[c]!);
    expect(real).toEqual(toNumbers(floats([4])));
  });

  it("between nodes of other widths stands a second pair, at the reader's width", async () => {
    const { model, quantized, feeds, host, prepared } = await quantizeText(
      {
        inputs: { x: [1, 4] },
        constants: { w: floats([4, 4]), v: floats([4, 4]) },
        nodes: [
          ["a", "MatMul", "x w"],
          ["y", "MatMul", "a v"],
        ],
        outputs: "y",
      },
      { mix: new Map([["node_a", { bits: 16, mode: "min_max" }]]) },
    );
    const types = ["x", "a", "node_y/input_0", "y"].map(
      (value) => model.graph.initializers.get(`${value}_zero_point`)?.dtype,
    );
    expect(types).toEqual(["int16", "int16", "int8", "int8"]);
    const [float, fixed] = [writeModel(prepared.targetModel), quantized.bytes];
    const run = async (bytes: Uint8Array) => {
      const session = await host.backend.createSession(bytes);
      const y = toNumbers((await session.run(feeds)).get("y")!);
      await session.release();
      return y;
    };
    const [left, right] = [await run(float), await run(fixed)];
    // 8-bit weights, input and output: a few hundredths of the largest value.
    const largest = Math.max(...left.map(Math.abs));
    for (const [k, v] of left.entries()) expect(Math.abs(v - right[k]!)).toBeLessThan(0.04 * largest);
  });

  it("a grouped ConvTranspose keeps float weights: no axis has its scales; an ungrouped one has int8", async () => {
    const text = (group: number): ModelText => ({
      inputs: { x: [1, 4, 5, 5] },
      constants: { w: floats([4, 4 / group, 3, 3]) },
      nodes: [["y", "ConvTranspose", "x w", { group: attr.int(group) }]],
      outputs: "y",
    });
    expect((await quantizeText(text(2))).model.graph.initializers.get("w")?.dtype).toBe("float32");
    expect((await quantizeText(text(1))).model.graph.initializers.get("w_quantized")?.dtype).toBe("int8");
  });

  it("AveragePool runs with and without dilations, which ONNX Runtime's fused op does not know", async () => {
    for (const dilation of [1, 2]) {
      const attrs = { kernel_shape: attr.ints([2, 2]), dilations: attr.ints([dilation, dilation]) };
      const { quantized, host, feeds } = await quantizeText({
        inputs: { x: [1, 2, 6, 6] },
        nodes: [
          ["a", "Tanh", "x"],
          ["y", "AveragePool", "a", attrs],
        ],
        outputs: "y",
      });
      const session = await host.backend.createSession(quantized.bytes);
      expect((await session.run(feeds)).get("y")!.dims).toEqual([1, 2, 6 - dilation, 6 - dilation]);
      await session.release();
    }
  });

  it("inputs of -qid are integers of scale 1 in this form too", async () => {
    const host = await testHost();
    const bytes = writeModel(
      buildModel({
        inputs: { x: [1, 4] },
        constants: { w: floats([4, 4]) },
        nodes: [["y", "MatMul", "x w"]],
        outputs: "y",
      }),
    );
    const prepared = await prepare(bytes, { ...QDQ, inputTypes: ["int8"] }, host);
    const calibration = await startCalibration(prepared, host);
    const x = tensor("int8", [1, 4], Int8Array.of(100, -100, 7, 0));
    const float = (await calibration.forward(new Map([["x", x]]))).get("y")!.data as Float32Array;
    await calibration.stop();
    const quantized = quantizeModel(prepared, calibration.ranges(), host);
    const session = await host.backend.createSession(quantized.bytes);
    const y = (await session.run(new Map([["x", x]]))).get("y")!.data as Float32Array;
    // 8-bit weights and output: a hundredth of the largest value.
    const largest = Math.max(...Array.from(float, Math.abs));
    for (const [i, v] of y.entries()) expect(Math.abs(v - float[i]!)).toBeLessThan(0.01 * largest);
    await session.release();
  });
});
