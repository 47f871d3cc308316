import { describe, expect, it } from "vitest";
import { fromCaffe } from "../../../../core-ts/frontends/caffe/index.ts";
import { readNet } from "../../../../core-ts/frontends/caffe/net/read-net.ts";
import { resolveNet } from "../../../../core-ts/frontends/caffe/net/resolve.ts";
import { request } from "./fixtures.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const resolved = (text: string) => resolveNet(readNet(bytes(text), "n.prototxt"), "n.prototxt");
const INPUT =
  'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 dim: 4 dim: 4 } } }\n';
const layer = (name: string, type: string, edges: string, rest = "") =>
  `layer { name: "${name}" type: "${type}" ${edges} ${rest} }\n`;
const names = (text: string) => {
  const { inputs, steps, outputs } = resolved(text);
  return [inputs, steps, outputs].map((list) =>
    list.map((one) => ("layer" in one ? one.layer.name : "value" in one ? one.value.blob : one.blob)),
  );
};

describe("a net's layers and blobs", () => {
  it("follow each other in place, and keep the names of inputs and outputs", () => {
    const { steps, outputs } = resolved(
      INPUT +
        layer("conv", "AbsVal", 'bottom: "x" top: "h"') +
        layer("act", "ReLU", 'bottom: "h" top: "h"') +
        layer("end", "TanH", 'bottom: "h" top: "h"'),
    );
    expect(steps.map(({ tops }) => tops[0]!.name)).toEqual(["conv", "act", "h"]);
    expect(steps.slice(1).map(({ bottoms }) => bottoms[0]!.name)).toEqual(["conv", "act"]);
    expect(outputs.map(({ name }) => name)).toEqual(["h"]);
  });

  it.each([
    ["include { phase: TEST }", true],
    ["include { phase: TRAIN }", false],
    ["include { phase: TRAIN } include { phase: TEST }", true],
    ["exclude { phase: TEST }", false],
    ["exclude { phase: TRAIN }", true],
    ["include { min_level: 1 }", false],
    ["include { max_level: 3 }", true],
    ['include { stage: "deploy" }', false],
    ['include { not_stage: "deploy" }', true],
    ['exclude { stage: "deploy" }', true],
  ])("with %s is there: %s", (rule, isThere) => {
    const [, layers] = names(
      INPUT + layer("a", "ReLU", 'bottom: "x" top: "a"') + layer("b", "ReLU", 'bottom: "x" top: "b"', rule),
    );
    expect(layers).toEqual(isThere ? ["a", "b"] : ["a"]);
  });

  it("of the state of the file are there", () => {
    const state = 'state { phase: TRAIN level: 2 stage: "deploy" }';
    const [, layers] = names(
      state + INPUT + layer("a", "ReLU", 'bottom: "x" top: "a"', 'include { stage: "deploy" min_level: 2 }'),
    );
    expect(layers).toEqual(["a"]);
  });

  it("that lose, measure or silence are dropped, with what only they read", () => {
    const [inputs, layers, outputs] = names(
      layer(
        "d",
        "MemoryData",
        'top: "x" top: "y"',
        "memory_data_param { batch_size: 1 channels: 2 height: 3 width: 3 }",
      ) +
        layer("f", "ReLU", 'bottom: "x" top: "f"') +
        layer("g", "ReLU", 'bottom: "x" top: "g"') +
        layer("s", "Slice", 'bottom: "y" top: "y1" top: "y2"') +
        layer("l", "EuclideanLoss", 'bottom: "f" bottom: "y1" top: "l"') +
        layer("w", "Power", 'bottom: "l" top: "w"') +
        layer("q", "Silence", 'bottom: "g" bottom: "y2"'),
    );
    expect([inputs, layers, outputs]).toEqual([["x"], ["f", "g"], ["f"]]);
  });

  it("have the name of their top where they have none", () => {
    expect(readNet(bytes('layer { type: "ReLU" bottom: "a" top: "b" }'), "n").layers[0]!.name).toBe("b");
  });
});

describe("the shape of an input", () => {
  const body = layer("f", "ReLU", 'bottom: "data" top: "f"');
  const picture = (type: string, rest: string) => layer("d", type, 'top: "data" top: "label"', rest) + body;
  it.each([
    [`input: "data" input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 4 ${body}`, [1, 2, 3, 4]],
    [`input: "data" input_shape { dim: 5 dim: 6 } ${body}`, [5, 6]],
    [`input: "data" input_shape { dim: -1 dim: 6 } ${body}`, [1, 6]],
    [picture("DummyData", "dummy_data_param { num: 2 num: 3 channels: 4 height: 5 width: 6 }"), [2, 4, 5, 6]],
    [picture("DummyData", "dummy_data_param { shape { dim: 7 dim: 8 } }"), [7, 8]],
    [
      picture("ImageData", "image_data_param { batch_size: 2 new_height: 8 new_width: 9 is_color: false }"),
      [2, 1, 8, 9],
    ],
    [
      picture(
        "Data",
        "data_param { batch_size: 4 } transform_param { crop_size: 12 mean_value: 1 mean_value: 2 mean_value: 3 }",
      ),
      [4, 3, 12, 12],
    ],
  ])("%s", async (text, dims) => {
    const { graph } = await fromCaffe(request(text));
    expect(graph.inputs).toEqual([{ name: "data", type: { dtype: "float32", dims } }]);
  });

  it("is what -is gives", async () => {
    const open = picture("Data", "data_param { batch_size: 4 }");
    const { graph } = await fromCaffe({ ...request(open), inputShapes: [[1, 3, 5, 5]] });
    expect(graph.inputs[0]!.type!.dims).toEqual([1, 3, 5, 5]);
    await expect(fromCaffe(request(open))).rejects.toThrow(
      /input "data" of net.prototxt has no shape; .* -is 1 3 224 224/,
    );
    await expect(fromCaffe({ ...request(open), inputShapes: [[1], [2]] })).rejects.toThrow(
      /-is gives 2 shapes/,
    );
  });
});

describe("a file that is no net", () => {
  it.each([
    [Uint8Array.of(8, 7, 0, 1), /is no prototxt but a binary file; -m takes the \.prototxt/],
    [Uint8Array.of(0xff, 0xfe, 0x41), /is no prototxt but a binary file/],
    [bytes("net: 'train_val.prototxt' base_lr: 0.1"), /describes no net: .*not of its solver/],
    [bytes("# nothing"), /describes no net/],
    [bytes("Dear reader,"), /line 1: expected ":" or "{", found "reader"/],
    [bytes(`${layer("a", "ReLU", "")} layers { type: RELU }`), /mixes "layer" and "layers"/],
    [
      bytes('layers { name: "a" type: "ReLU" }'),
      /line 1: in "layers { ... }" the type is a word such as CONVOLUTION, found "ReLU"/,
    ],
    [bytes('layer { name: "a" type: ReLU }'), /the type is a string such as "Convolution"/],
    [bytes('layers { name: "a" type: RELUX }'), /there is no layer type RELUX/],
    [bytes('layer { name: "a" type: "ReLU" }\nlayr { }'), /line 2: a net has no field "layr"/],
    [bytes('layer { name: "a" }'), /this layer has no type/],
    [bytes("layers { layer { name: 'a' type: 'conv' } }"), /oldest format .* upgrade_net_proto_text/],
    [
      bytes(`input: "a" input_dim: 1 ${layer("a", "ReLU", 'bottom: "a"')}`),
      /declares 1 inputs and 1 input_dim/,
    ],
  ])("%s is refused", (file, message) => {
    expect(() => readNet(file, "n.prototxt")).toThrow(message);
  });

  it.each([
    [
      `${INPUT}\n${layer("a", "ReLU", 'bottom: "xx" top: "a"')}`,
      /line 3: layer "a" reads blob "xx", which no layer before it makes; there is "x"/,
    ],
    [INPUT, /has no input in the TEST phase/],
    [
      INPUT + layer("a", "ReLU", 'bottom: "x" top: "a"') + layer("b", "AbsVal", 'bottom: "x" top: "a"'),
      /makes blob "a" twice/,
    ],
    [
      layer("d", "Data", 'top: "x" top: "y"') + layer("a", "Eltwise", 'bottom: "x" bottom: "y" top: "a"'),
      /layer "a" reads the label or loss "y", .* deploy\.prototxt/,
    ],
  ])("%s is refused", (text, message) => {
    expect(() => resolved(text)).toThrow(message);
  });
});
