import { describe, expect, it } from "vitest";
import { ConfigError, ModelError, UnsupportedError } from "../../../../core-ts/errors.ts";
import type { ConversionRequest } from "../../../../core-ts/frontends/converter.ts";
import { fromPaddle } from "../../../../core-ts/frontends/paddle/index.ts";
import { savedTensor, type WrittenOp, written } from "./programs.ts";
import { recordedCases, requestOf } from "./recorded.ts";

const none = new Uint8Array();
const relu = { type: "relu", inputs: { X: ["x"] }, outputs: { Out: ["y"] } };
const plain = (dims: readonly number[], op = relu) =>
  written(
    [
      { name: "x", dims },
      { name: "y", dims },
    ],
    [op],
  );

/** x + w, whose weight is 2x3. */
const weighted = written(
  [
    { name: "x", dims: [-1, 3] },
    { name: "y", dims: [-1, 3] },
    { name: "w", dims: [2, 3], persistable: true },
  ],
  [{ type: "elementwise_add", inputs: { X: ["x"], Y: ["w"] }, outputs: { Out: ["y"] } }],
);
const weight = savedTensor([2, 3], [1, 2, 3, 4, 5, 6]);

async function errorOf(
  model: Uint8Array,
  params: Uint8Array = none,
  extra: Partial<ConversionRequest> = {},
): Promise<Error> {
  try {
    await fromPaddle(requestOf({ model, params }, extra));
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was converted");
}

async function expectError(found: Promise<Error>, kind: new (m: string) => Error, ...words: string[]) {
  const error = await found;
  expect(error).toBeInstanceOf(kind);
  for (const word of words) expect(error.message).toContain(word);
}

describe("-is fills open dimensions only", () => {
  const withShapes = (dims: readonly number[], ...inputShapes: number[][]) =>
    errorOf(plain(dims), none, { inputShapes });

  it("fills them, in order", async () => {
    const model = await fromPaddle(
      requestOf({ model: plain([10, 3, -1, -1]), params: none }, { inputShapes: [[10, 3, 224, 200]] }),
    );
    expect(model.graph.inputs[0]!.type!.dims).toEqual([10, 3, 224, 200]);
  });

  it("leaves them open where it says -1, or is not given", async () => {
    for (const inputShapes of [[], [[-1, 3, 8, 8]]]) {
      const model = await fromPaddle(
        requestOf({ model: plain([-1, 3, 8, 8]), params: none }, { inputShapes }),
      );
      expect(model.graph.inputs[0]!.type!.dims).toEqual(["batch", 3, 8, 8]);
    }
  });

  it("refuses 3 → 9 and 10 → 8, and names the input", async () => {
    await expectError(withShapes([10, 3, -1, -1], [10, 9, 224, 224]), ConfigError, '"x"', "from 3 to 9");
    await expectError(withShapes([10, 3, -1, -1], [8, 3, 224, 224]), ConfigError, '"x"', "from 10 to 8");
  });

  it("refuses another number of dimensions, of shapes, and sizes below 1", async () => {
    await expectError(withShapes([-1, 3], [1, 3, 4]), ConfigError, "number of dimensions");
    await expectError(withShapes([-1, 3], [1, 3], [1, 3]), ConfigError, "gives 2 shapes", '"x" (-1 3)');
    await expectError(withShapes([-1, 3], [0, 3]), ConfigError, "positive number");
  });
});

describe("what can't be converted is said in one error, with counts and names", () => {
  it("lists every op and every attribute", async () => {
    const dims = [-1, 3, 4, 4];
    const ops: WrittenOp[] = [
      { type: "while", inputs: { X: ["x"] }, outputs: { Out: ["a"] } },
      { type: "deformable_conv", inputs: { X: ["a"] }, outputs: { Out: ["b"] } },
      { type: "while", inputs: { X: ["b"] }, outputs: { Out: ["c"] } },
      { type: "batch_norm", inputs: { X: ["c"] }, outputs: { Y: ["y"] } },
    ];
    const model = written(
      ["x", "a", "b", "c", "y"].map((name) => ({ name, dims })),
      ops,
    );
    await expectError(
      errorOf(model),
      UnsupportedError,
      '2 × op "while": a, c',
      '1 × op "deformable_conv": b',
      "1 × batch_norm with statistics of the batch (call model.eval() before the export): y",
      "paddle2onnx",
    );
  });

  it("refuses float16", async () => {
    const half = written(
      [
        { name: "x", dims: [1], dataType: 4 },
        { name: "y", dims: [1] },
      ],
      [relu],
    );
    await expectError(errorOf(half), ModelError, '"x"', "float16");
  });
});

describe("broken files", () => {
  it("a model that is cut off, or something else", async () => {
    const whole = weighted;
    await expectError(errorOf(whole.subarray(0, whole.length - 3)), ModelError, "net.pdmodel");
    await expectError(errorOf(new TextEncoder().encode("name: hello")), ModelError, "net.pdmodel");
    await expectError(errorOf(none), ModelError, "fetches a result");
  });

  it("parameters that are missing, cut off, too many, or of another model", async () => {
    await expectError(errorOf(weighted), ModelError, "no -w", '"w"');
    await expectError(errorOf(weighted, weight.subarray(0, 30)), ModelError, "net.pdiparams", '"w"', "byte");
    await expectError(
      errorOf(weighted, Uint8Array.from([...weight, 0, 0])),
      ModelError,
      "goes on for 2 bytes",
    );
    await expectError(
      errorOf(weighted, savedTensor([3, 2], [1, 2, 3, 4, 5, 6])),
      ModelError,
      "float32 2x3",
      "float32 3x2",
    );
    await expectError(
      errorOf(weighted, savedTensor([2, 3], [1, 2, 3], 4)),
      ModelError,
      "float16",
      "save the model in float32",
    );
    await expectError(
      errorOf(
        weighted,
        Uint8Array.from({ length: 64 }, () => 7),
      ),
      ModelError,
      "version 0",
    );
  });

  it("reads parameters of a file each beside the model", async () => {
    const beside = async (path: string) => (path === "w" ? weight : undefined);
    const model = await fromPaddle(requestOf({ model: weighted, params: none }, { beside }, "__model__"));
    expect(model.graph.initializers.get("w")!.dims).toEqual([2, 3]);
  });
});

describe("Paddle 3's .json", () => {
  const text = (content: string) => new TextEncoder().encode(content);

  it("says what a file is that is none", async () => {
    await expectError(errorOf(text("{}")), ModelError, "no program of Paddle 3", "FLAGS_enable_pir_api=0");
    await expectError(errorOf(text('{"base_code"')), ModelError, "cut off or damaged");
  });

  it("names ops that are not known", async () => {
    const { model, params } = recordedCases("cases-pir.npz").get("relu/a")!;
    const odd = text(new TextDecoder().decode(model).replace('"1.relu"', '"1.fused_something"'));
    await expectError(errorOf(odd, params), UnsupportedError, '1 × op "fused_something"');
  });
});
