import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import protobuf from "protobufjs/minimal.js";
import { describe, expect, it } from "vitest";
import { KnightError, ModelError } from "../../../core-ts/errors.ts";
import type { Model } from "../../../core-ts/graph/graph.ts";
import { sortedNodes } from "../../../core-ts/graph/verify.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { Random } from "../../reference/random.ts";
import { encodeModel, type Message, modelMessage } from "../../support/onnx-messages.ts";

const REAL = new Uint8Array(
  readFileSync(fileURLToPath(new URL("../../../examples/digits/digits.onnx", import.meta.url))),
);

/** The model, or the error; anything that is no error of ours fails the test. */
async function outcome(bytes: Uint8Array): Promise<Model | KnightError> {
  try {
    const read = await readModel(bytes);
    sortedNodes(read.graph);
    return read;
  } catch (error) {
    if (!(error instanceof KnightError)) throw error;
    expect(error.message.length).toBeGreaterThan(30);
    return error;
  }
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const found = await outcome(bytes);
  expect(found).toBeInstanceOf(ModelError);
  return (found as ModelError).message;
}

const ascii = (text: string) => new TextEncoder().encode(text);

describe("files that are no model", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(), /the model file is empty/],
    ["a text", ascii("This is a README, not a model.\n"), /not an ONNX model.*export or download it again/],
    [
      "a web page",
      ascii("<!DOCTYPE html>\n<html><body>404</body></html>"),
      /it is a web page; the download went wrong/,
    ],
    ["a web page without doctype", ascii("<html lang=en>"), /it is a web page/],
    [
      "a Git LFS pointer",
      ascii(`version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 94424\n`),
      /it is a Git LFS pointer, not the file it stands for; run "git lfs pull"/,
    ],
    ["a zip archive", ascii("PK\x03\x04\x14\0\0\0\x08\0............................"), /it is a zip archive/],
    ["a gzip archive", gzipSync(REAL), /it is a gzip archive; unpack it first/],
    ["JSON", ascii('{"ir_version": 10}'), /it is a JSON file/],
    ["a NumPy array", Uint8Array.from([0x93, ...ascii("NUMPY\x01\0v\0{'descr'")]), /it is a NumPy array/],
    ["zeros", new Uint8Array(1000), /not an ONNX model/],
    ["a photo", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0, 1), /not an ONNX model/],
    ["a model without a graph", encodeModel({ ir_version: 10 }), /it holds no graph/],
  ])("%s", async (_, bytes, message) => expect(await refusal(bytes)).toMatch(message));
});

describe("a damaged file of a real model", () => {
  it("is whole here", async () => expect(await outcome(REAL)).not.toBeInstanceOf(KnightError));

  it("cut off at any of 250 places is refused", async () => {
    // Early places cut the head of the file, where fields are short; the others spread over all of it.
    const early = Array.from({ length: 50 }, (_, i) => i);
    const spread = Array.from({ length: 200 }, (_, i) => Math.floor(((i + 1) / 201) * REAL.length));
    for (const length of [...early, ...spread]) await refusal(REAL.subarray(0, length));
  });

  it("with 1 to 8 random bytes changed is read or refused, never worse (500 files)", {
    timeout: 120_000,
  }, async () => {
    const random = new Random(2024);
    let refused = 0;
    for (let i = 0; i < 500; i++) {
      const bytes = REAL.slice();
      // Weights are most of the file; half of the files are hit in the graph's first part instead.
      const last = i % 2 ? bytes.length - 1 : 4000;
      for (let k = random.int(1, 8); k > 0; k--) bytes[random.int(0, last)] = random.int(0, 255);
      if ((await outcome(bytes)) instanceof KnightError) refused++;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it("of random bytes alone is refused (300 files)", async () => {
    const random = new Random(7);
    for (let i = 0; i < 300; i++) {
      const bytes = Uint8Array.from(random.ints(random.int(1, 300), 0, 255));
      expect(await outcome(bytes)).toBeInstanceOf(KnightError);
    }
  });
});

/** A model with one initializer. */
const holding = (t: Message) => encodeModel(modelMessage({ initializer: [{ name: "w", ...t }] }));

describe("tensors that can't be", () => {
  it.each<[string, Message, RegExp]>([
    ["2^40 elements", { dims: ["1099511627776"], data_type: 1 }, /"w" has shape \[1099511627776\]/],
    [
      "a product beyond float64",
      { dims: Array(40).fill("4294967296"), data_type: 1 },
      /which no file can hold/,
    ],
    ["a negative dimension", { dims: [3, -1], data_type: 1 }, /shape \[3, -1\]/],
    ["int64's largest", { dims: ["9223372036854775807"], data_type: 2 }, /no file can hold/],
    ["no data", { dims: [2, 2], data_type: 1 }, /"w" \(float32\) holds 0 values where its shape asks for 4/],
    [
      "half the bytes",
      { dims: [4], data_type: 1, raw_data: [1, 2, 3, 4, 5, 6, 7, 8] },
      /needs 16 bytes, found 8/,
    ],
    ["a broken element", { dims: [1], data_type: 1, raw_data: [1, 2, 3] }, /needs 4 bytes, found 3/],
    ["no type", { dims: [1], raw_data: [0] }, /unknown element type 0/],
    ["an unknown type", { dims: [1], data_type: 77, raw_data: [0] }, /unknown element type 77/],
  ])("%s", async (_, t, message) => {
    const bytes = holding(t);
    const before = process.memoryUsage().rss;
    const start = performance.now();
    expect(await refusal(bytes)).toMatch(message);
    // Loose: a claim of 4 GB must neither be allocated nor walked through.
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("a field that claims to be longer than the file", async () => {
    const writer = protobuf.Writer.create();
    const length = writer.uint32(58).uint32(0xffffffff).finish();
    expect(await refusal(length)).toMatch(/not an ONNX model, or its file is cut off/);
  });

  it("two of one name", async () => {
    const one = { name: "w", dims: [1], data_type: 2, raw_data: [1] };
    const bytes = encodeModel(modelMessage({ initializer: [one, one] }));
    expect(await refusal(bytes)).toMatch(/two initializers are named "w"/);
  });

  it("a sparse one", async () => {
    expect(await refusal(encodeModel(modelMessage({ sparse_initializer: [[10, 0]] })))).toMatch(
      /sparse initializers are not supported; export the model with dense weights/,
    );
  });
});

/** `levels` subgraphs inside each other, built from the inside: no recursion here, where recursion is what is tested. */
function nested(levels: number): Uint8Array {
  let inner: Uint8Array = new Uint8Array();
  const wrapped = (field: number, bytes: Uint8Array) =>
    protobuf.Writer.create()
      .uint32((field << 3) | 2)
      .bytes(bytes)
      .finish();
  for (let i = 0; i < levels; i++) inner = wrapped(1, wrapped(5, wrapped(6, inner)));
  return wrapped(7, inner);
}

describe("subgraphs inside each other", () => {
  it("are read at the depth models have", async () => {
    expect(await outcome(nested(20))).not.toBeInstanceOf(KnightError);
  });

  it.each([1000, 10_000])("%i levels deep are refused, the stack stays whole", async (levels) => {
    expect(await refusal(nested(levels))).toMatch(/nests its subgraphs more than 30 levels deep/);
  });

  it("deep groups, the wire format's old nesting, are refused too", async () => {
    expect(await refusal(new Uint8Array(100_000).fill((12 << 3) | 3))).toMatch(
      /levels deep|not an ONNX model/,
    );
  });
});

describe("a graph that is none", () => {
  const nodes = (...list: [string, string[], string[]][]) =>
    encodeModel(
      modelMessage({
        input: [{ name: "x", type: { tensor_type: { elem_type: 1 } } }],
        node: list.map(([name, input, output]) => ({ name, op_type: "Add", input, output })),
      }),
    );

  it("with a cycle", async () => {
    expect(await refusal(nodes(["n1", ["x", "b"], ["a"]], ["n2", ["a", "a"], ["b"]]))).toMatch(
      /has a cycle: Add node "n\d" -> Add node "n\d"; a model must be acyclic/,
    );
  });

  it("with a dangling edge", async () => {
    expect(await refusal(nodes(["n1", ["x", "nowhere"], ["a"]]))).toMatch(
      /"n1" reads "nowhere", which nothing in the model makes/,
    );
  });

  it("with a value made twice", async () => {
    expect(await refusal(nodes(["n1", ["x", "x"], ["a"]], ["n2", ["x", "x"], ["a"]]))).toMatch(
      /"a", an output of Add node "n2", is already defined/,
    );
  });

  it("with two nodes of one name", async () => {
    expect(await refusal(nodes(["n", ["x", "x"], ["a"]], ["n", ["x", "x"], ["b"]]))).toMatch(
      /two nodes are named "n"/,
    );
  });
});
