import { describe, expect, it } from "vitest";
import { fromOnnx } from "../../../../core-ts/frontends/onnx/index.ts";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Attribute, FunctionDef, Graph, Model, Node } from "../../../../core-ts/graph/graph.ts";
import { KNIGHT_DOMAIN } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { graph, model, node, value } from "../../../support/build-model.ts";
import { expectSame, opsOf } from "./compare.ts";

const DOMAIN = "test.functions";
const load = (content: Model): Promise<Model> => fromOnnx(writeModel(content));

/** A node that calls a function. */
const call = (line: string, name = "", attrs: Record<string, Attribute> = {}): Node => ({
  ...node(line, attrs),
  domain: DOMAIN,
  name,
});

interface Parts {
  readonly attributes?: readonly string[];
  readonly defaults?: Record<string, Attribute>;
  readonly opset?: number;
}

/** A function from a line such as "Scaled a b -> c" and its body. */
function define(
  line: string,
  nodes: readonly Node[],
  { attributes = [], defaults, opset = 17 }: Parts = {},
): FunctionDef {
  const { op, inputs, outputs } = node(line);
  const opsets = new Map([
    ["", opset],
    [DOMAIN, 1],
  ]);
  const own = defaults ? { defaults: new Map(Object.entries(defaults)) } : {};
  return { domain: DOMAIN, name: op, inputs, outputs, attributes, ...own, nodes, opsets };
}

function calling(
  nodes: readonly Node[],
  functions: FunctionDef[],
  opset = 17,
  x: readonly number[] = [2, 3],
): Model {
  const content = graph({ inputs: [value("x", x)], outputs: [value("y")], nodes });
  const opsets = new Map([
    ["", opset],
    [DOMAIN, 1],
  ]);
  return model(content, { opsets, functions });
}

const ref = (name: string, of: "float" | "int" | "ints"): Attribute => ({ kind: "ref", name, of });
const slope = { alpha: ref("slope", "float") };
const leaky = define("Leaky a -> c", [node("LeakyRelu a -> b", slope), node("Neg b -> c")], {
  attributes: ["slope"],
});
const leakyByDefault = { ...leaky, attributes: [], defaults: new Map([["slope", attr.float(0.4)]]) };

describe("calls become the function's body", () => {
  it("named after the caller, twice without a clash", async () => {
    const content = calling(
      [
        call("Leaky x -> t", "one", { slope: attr.float(0.2) }),
        call("Leaky t -> y", "two", { slope: attr.float(3) }),
      ],
      [leaky],
    );
    const canonical = await expectSame(content);
    expect(opsOf(canonical)).toEqual(["LeakyRelu", "Neg", "LeakyRelu", "Neg"]);
    expect(canonical.graph.nodes.map(({ name }) => name)).toEqual(["one/b", "one/c", "two/b", "two/c"]);
    expect(canonical.graph.nodes.map(({ outputs }) => outputs[0])).toEqual(["one/b", "t", "two/b", "y"]);
    expect(canonical.functions).toEqual([]);
    expect([...canonical.opsets.keys()]).toEqual([""]);
  });

  it("with attributes given, defaulted and left out", async () => {
    const given = await expectSame(
      calling([call("Leaky x -> y", "", { slope: attr.float(0.1) })], [leakyByDefault]),
    );
    const defaulted = await expectSame(calling([call("Leaky x -> y")], [leakyByDefault]));
    const leftOut = await expectSame(calling([call("Leaky x -> y")], [leaky]));
    const found = [given, defaulted, leftOut].map(({ graph: { nodes } }) => nodes[0]!.attrs.get("alpha"));
    expect(found).toEqual([attr.float(Math.fround(0.1)), attr.float(Math.fround(0.4)), undefined]);
  });

  it("also inside other functions, which hand attributes on", async () => {
    const outer = define(
      "Outer a -> c",
      [call("Leaky a -> b", "", { slope: ref("steep", "float") }), node("Exp b -> c")],
      { attributes: ["steep"] },
    );
    const canonical = await expectSame(
      calling([call("Outer x -> y", "top", { steep: attr.float(0.3) })], [leaky, outer]),
    );
    expect(opsOf(canonical)).toEqual(["LeakyRelu", "Neg", "Exp"]);
    expect(canonical.graph.nodes[0]!.name).toMatch(/^top\/.*\//);
  });

  it("written in an opset of its own", async () => {
    const body = [
      node("Squeeze a -> b", { axes: attr.ints([0]) }),
      node("Softmax b -> c", { axis: attr.int(0) }),
    ];
    const old = define("Old a -> c", body, { opset: 11 });
    const content = calling([call("Old x -> t"), node("Softmax t -> y")], [old], 17, [1, 2, 3]);
    const canonical = await load(content);
    expect(canonical.graph.nodes[0]!.inputs.length).toBe(2);
    // Old Softmax over both axes, new one over the last.
    expect(opsOf(canonical).filter((op) => op === "Flatten" || op === "Softmax")).toEqual([
      "Flatten",
      "Softmax",
      "Softmax",
    ]);
  });

  it("with absent inputs and unused outputs", async () => {
    const body = [node("Clip a low high -> b"), node("Abs b -> c")];
    const bounded = define("Bounded a low high -> b c", body);
    const content = calling([call("Bounded x _ one -> _ y")], [bounded]);
    content.graph.initializers.set("one", { dtype: "float32", dims: [], data: Float32Array.of(1) });
    await expectSame(content);
  });

  it("that hands an input through, and one value out twice", async () => {
    const odd = define("Odd a -> a b b", [node("Neg a -> b")]);
    const content = calling([call("Odd x -> p q r"), node("Sum p q r -> y")], [odd]);
    const canonical = await load(content);
    expect(opsOf(canonical).sort()).toEqual(["Identity", "Identity", "Neg", "Sum"]);
  });

  it("with subgraphs that capture the function's values", async () => {
    const branch = (op: string): Graph => graph({ outputs: [value("inner")], nodes: [`${op} b -> inner`] });
    const attrs: Record<string, Attribute> = {
      then_branch: { kind: "graph", value: branch("Neg") },
      else_branch: { kind: "graph", value: branch("Exp") },
    };
    const body = [
      node("Abs a -> b"),
      node("ReduceMax b -> m", { keepdims: attr.int(0) }),
      node("Cast m -> big", { to: attr.int(9) }),
      node("If big -> c", attrs),
    ];
    const choose = define("Choose a -> c", body);
    await expectSame(calling([call("Choose x -> t"), call("Choose t -> y")], [choose]));
  });
});

describe("functions that are refused", () => {
  it("one that calls itself, also through another", async () => {
    const a = define("A x -> y", [call("B x -> y")]);
    const b = define("B x -> y", [call("A x -> y")]);
    await expect(load(calling([call("A x -> y")], [a, b]))).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(/"A".* calls itself/),
    });
  });

  it("some that would grow without bounds", async () => {
    const doubling = Array.from({ length: 40 }, (_, i) =>
      define(
        `F${i} a -> c`,
        i === 0 ? [node("Neg a -> c")] : [call(`F${i - 1} a -> b`), call(`F${i - 1} b -> c`)],
      ),
    );
    await expect(load(calling([call("F39 x -> y")], doubling))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/more than 200000 nodes/),
    });
  });

  it("one in an opset that is not read", async () => {
    const content = calling([call("Leaky x -> y")], [{ ...leaky, opsets: new Map([["", 6]]) }]);
    await expect(load(content)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/"Leaky".* 7 to 22/),
    });
  });
});

it("a model of ours keeps its ops and their functions", async () => {
  const own = { ...leaky, domain: KNIGHT_DOMAIN };
  const nodes = [{ ...call("Leaky x -> t"), domain: KNIGHT_DOMAIN }, call("Leaky t -> y")];
  const content = calling(nodes, [own, leaky], 21);
  content.opsets.set(KNIGHT_DOMAIN, 1);
  const canonical = await load(content);
  expect(opsOf(canonical)).toEqual(["Leaky", "LeakyRelu", "Neg"]);
  expect(canonical.functions.map(({ domain }) => domain)).toEqual([KNIGHT_DOMAIN]);
  expect(canonical.opsets.has(KNIGHT_DOMAIN)).toBe(true);
});
