import { describe, expect, it } from "vitest";
import type { ConversionRequest } from "../../../../core-ts/frontends/converter.ts";
import { tensorflow } from "../../../../core-ts/frontends/tensorflow/generated/tensorflow.js";
import { fromTensorflow } from "../../../../core-ts/frontends/tensorflow/index.ts";
import { readCases } from "./cases.ts";

const { GraphDef } = tensorflow;
const text = (words: string): Uint8Array => Uint8Array.from(words, (letter) => letter.charCodeAt(0));
const FLOAT = 1;
const HALF = 19;
const STRING = 7;

function request(bytes: Uint8Array, more: Partial<ConversionRequest> = {}): ConversionRequest {
  return {
    model: { name: "net.pb", bytes },
    startNames: ["x:0"],
    endNames: ["y:0"],
    toChw: false,
    inputShapes: [],
    beside: async () => undefined,
    ...more,
  };
}

type NodeDef = tensorflow.INodeDef;

const placeholder = (name: string, dims: readonly number[], type = FLOAT): NodeDef => ({
  name,
  op: "Placeholder",
  attr: { dtype: { type }, shape: { shape: { dim: dims.map((size) => ({ size })) } } },
});

const node = (name: string, op: string, input: string[] = [], attr: NodeDef["attr"] = {}): NodeDef => ({
  name,
  op,
  input,
  attr,
});

const graph = (...nodes: NodeDef[]): Uint8Array => GraphDef.encode({ node: nodes }).finish();

const X = placeholder("x", [-1, 4]);

describe("files that are no graph", () => {
  const [first] = readCases("ops.pack");
  it.each<readonly [string, Uint8Array, RegExp]>([
    [
      "a graph cut off",
      first!.graph.subarray(0, first!.graph.length - 20),
      /net\.pb is no frozen graph.*cut off/,
    ],
    ["a graph as text", text('node {\n  name: "x"\n}'), /net\.pb is a graph as text \(\.pbtxt\)/],
    ["a Keras file", text("\x89HDF\r\n"), /a Keras file \(HDF5\)/],
    ["a zip archive", text("PK\x03\x04"), /zip archive, as Keras writes/],
    ["a web page", text("<!DOCTYPE html>"), /text, no graph/],
    ["no nodes", GraphDef.encode({}).finish(), /empty, or a folder without/],
    [
      "a lost input",
      graph(X, node("y", "Relu", ["xx"])),
      /"y" reads "xx", which is not in the file \(there is "x"\)/,
    ],
    ["two nodes of one name", graph(X, X), /two nodes are called "x"/],
    ["a circle", graph(X, node("a", "Add", ["x", "y"]), node("y", "Relu", ["a"])), /depends on itself/],
  ])("%s", async (_, bytes, message) => {
    await expect(fromTensorflow(request(bytes))).rejects.toThrow(message);
  });
});

describe("names of the ends", () => {
  const bytes = graph(
    X,
    placeholder("rate", []),
    node("block/relu", "Relu", ["x"]),
    node("y", "Mul", ["block/relu", "rate"]),
  );
  it.each<readonly [string, Partial<ConversionRequest>, RegExp]>([
    ["no start", { startNames: [] }, /-snn.* is missing.*x:0, rate:0/],
    ["no end", { endNames: [] }, /-enn.* is missing.*there are y:0/],
    ["a wrong start", { startNames: ["X:0"] }, /has no node "X" \(near to it: x/],
    [
      "a wrong end",
      { endNames: ["y:0", "relu"] },
      /has no node "relu" \(near to it: .*block\/relu.*last nodes are y:0/,
    ],
    ["an input left out", {}, /-snn.* lacks "rate", which the end nodes need/],
    ["one end twice", { endNames: ["y", "y:0"] }, /names y:0 twice/],
    ["-c2chw without images", { startNames: ["x", "rate"], toChw: true }, /-c2chw.*four dimensions/],
  ])("%s", async (_, more, message) => {
    await expect(fromTensorflow(request(bytes, more))).rejects.toThrow(message);
  });

  it("may stand without :0, and inside the graph, where the type is found out", async () => {
    const model = await fromTensorflow(
      request(bytes, { startNames: ["block/relu", "rate"], endNames: ["y"] }),
    );
    expect(model.graph.inputs.map(({ name, type }) => [name, type?.dims])).toEqual([
      ["block/relu:0", ["batch", 4]],
      ["rate:0", []],
    ]);
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(["Mul"]);
    expect(model.graph.outputs[0]!.name).toBe("y:0");
  });

  it("of an input's own value give a node of its own", async () => {
    const { graph: made } = await fromTensorflow(request(bytes, { endNames: ["x:0"] }));
    expect(made.nodes.map(({ op, outputs }) => [op, outputs[0]])).toEqual([["Identity", "x:0"]]);
  });
});

describe("what can't be converted", () => {
  it("is told all at once, with counts and names", async () => {
    const bytes = graph(
      X,
      node("a", "Bessel", ["x"]),
      node("b", "Bessel", ["a"]),
      node("c", "Digamma", ["b"]),
      node("d", "FusedBatchNorm", ["x", "x", "x", "x", "x"], { is_training: { b: true } }),
      node("y", "AddN", ["c", "d"]),
    );
    await expect(fromTensorflow(request(bytes))).rejects.toThrow(
      /2 × op "Bessel": a, b\n {2}1 × FusedBatchNorm in training mode.*: d\n {2}1 × op "Digamma": c/,
    );
  });

  it.each<readonly [string, Uint8Array, RegExp]>([
    [
      "variables without values",
      graph(
        X,
        node("w", "VariableV2"),
        node("v", "VarHandleOp"),
        node("r", "ReadVariableOp", ["v"]),
        node("a", "MatMul", ["x", "w"]),
        node("y", "Add", ["a", "r"]),
      ),
      /net\.pb is not frozen: the values of 2 variables are not in it \("w", "v"\)/,
    ],
    [
      "a branch that depends on the data",
      graph(
        X,
        placeholder("flag", [1], 10),
        node("s", "Switch", ["x", "flag"]),
        node("a", "Relu", ["s:1"]),
        node("y", "Merge", ["s", "a"]),
      ),
      /a branch whose condition is not known at conversion: s/,
    ],
    [
      "text as an input",
      graph(placeholder("x", [1], STRING), node("y", "Identity", ["x"])),
      /x:0 of op "Placeholder" can't be an input of the model: it is text/,
    ],
    [
      "a constant that is too short",
      graph(
        X,
        node("c", "Const", [], {
          value: {
            tensor: { dtype: FLOAT, tensorShape: { dim: [{ size: 4 }] }, tensorContent: new Uint8Array(8) },
          },
        }),
        node("y", "Add", ["x", "c"]),
      ),
      /the constant of node "c" \(float32 \[4\]\) needs 16 bytes, found 8/,
    ],
    [
      "complex numbers",
      graph(X, node("c", "Const", [], { value: { tensor: { dtype: 8 } } }), node("y", "Add", ["x", "c"])),
      /the constant of node "c" has element type 8, which is not supported/,
    ],
    [
      "a function that is not there",
      graph(X, node("y", "PartitionedCall", ["x"], { f: { func: { name: "lost" } } })),
      /"y" calls the function "lost", which the file does not hold/,
    ],
  ])("%s", async (_, bytes, message) => {
    const startNames =
      bytes.length > 0 && String.fromCharCode(...bytes).includes("flag") ? ["x", "flag"] : ["x"];
    await expect(fromTensorflow(request(bytes, { startNames }))).rejects.toThrow(message);
  });
});

describe("constants as files hold them", () => {
  const constant = (tensor: tensorflow.ITensorProto) =>
    fromTensorflow(
      request(graph(X, node("c", "Const", [], { value: { tensor } }), node("y", "Mul", ["x", "c"]))),
    );
  const shape = { dim: [{ size: 4 }] };

  it.each<readonly [string, tensorflow.ITensorProto, readonly number[]]>([
    [
      "the last value stands for the rest",
      { dtype: FLOAT, tensorShape: shape, floatVal: [1, 2] },
      [1, 2, 2, 2],
    ],
    ["no value stands for zeros", { dtype: FLOAT, tensorShape: shape }, [0, 0, 0, 0]],
    [
      "halves are widened",
      { dtype: HALF, tensorShape: shape, halfVal: [0x3c00, 0xc000, 0x0001, 0x7bff] },
      [1, -2, 2 ** -24, 65504],
    ],
    [
      "halves as bytes are widened",
      { dtype: HALF, tensorShape: { dim: [{ size: 1 }] }, tensorContent: Uint8Array.of(0, 0x3c) },
      [1],
    ],
    ["bfloat16 is widened", { dtype: 14, tensorShape: shape, halfVal: [0x3f80] }, [1, 1, 1, 1]],
  ])("%s", async (_, tensor, expected) => {
    const { graph: made } = await constant(tensor);
    expect([...[...made.initializers.values()][0]!.data]).toEqual(expected);
  });
});
