import { describe, expect, it } from "vitest";
import { findChip } from "../../../core-ts/chips/index.ts";
import { emitAllOutputs, emitFixed, OUTPUTS_KEY, SCALES_KEY } from "../../../core-ts/emit/fixed.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { KNIGHT_DOMAIN, type Node } from "../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import type { QuantizedGraph, QuantizedLayer, ScaleEntry } from "../../../core-ts/quantize/quantized.ts";
import { intType } from "../../../core-ts/quantize/scale.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, node, value } from "../../support/build-model.ts";
import { decodeModel } from "../../support/onnx-messages.ts";

const int8 = intType(8, true);
const RANGE = { qmin: attr.int(-128), qmax: attr.int(127), to: attr.int(3) };

const knight = (line: string): Node => ({ ...node(line, RANGE), domain: KNIGHT_DOMAIN });

function layer(name: string, one: Node): QuantizedLayer {
  const plan = { kind: "integer", node: one, bits: 8, activation: undefined, outputs: [name] } as const;
  return { plan, value: name, integers: { name: `${name}_int8`, type: int8, scale: 0.5 } };
}

/** x int8 [4] → times m / 2^shift → times m / 2^shift, as two Requantize nodes. */
function quantized(): QuantizedGraph {
  const nodes = [
    node("QuantizeLinear x one zero -> x_int8"),
    knight("Requantize x_int8 m shift -> a_int8"),
    knight("Requantize a_int8 m shift -> y_int8"),
    node("Cast y_int8 -> y", { to: attr.int(1) }),
  ];
  const content = graph({
    inputs: [value("x", [4])],
    outputs: [value("y", [4])],
    nodes,
    constants: {
      one: tensor("float32", [], Float32Array.of(1)),
      zero: tensor("int8", [], Int8Array.of(0)),
      m: tensor("int16", [1], Int16Array.of(16384)),
      shift: tensor("int8", [1], Int8Array.of(15)),
    },
    types: [value("a_int8", [4], "int8"), value("y_int8", [4], "int8")],
  });
  const entry = (scale: number): ScaleEntry => ({ scale, bits: 8, threshold: scale * 127 });
  return {
    graph: content,
    plan: { chip: findChip("TX5368AV200"), nodes: [], values: new Map(), lutLength: 10 },
    scales: new Map(["x", "a", "y"].map((name) => [name, entry(name === "x" ? 1 : 0.1)])),
    outputs: new Map([["y", "integer"]]),
    layers: [layer("a", nodes[1]!), layer("y", nodes[2]!)],
    meaning: { values: new Map(), borders: new Map(), weights: new Map(), constants: new Map() },
    warnings: [],
  };
}

const PROVENANCE = { chip: findChip("TX5368AV200"), toolVersion: "9.8.7", bits: 8, quantMode: "kl" };
const written = (model = emitFixed(quantized(), PROVENANCE)) => decodeModel(writeModel(model));

type Entries = { key: string; value: string }[];
const properties = () =>
  Object.fromEntries((written().metadata_props as Entries).map(({ key, value }) => [key, value]));

describe("the fixed-point model's file", () => {
  it("says who made it and for which chip", () => {
    const { producer_name, producer_version, ir_version, opset_import } = written();
    expect({ producer_name, producer_version, ir_version, opset_import }).toEqual({
      producer_name: "Knight TX5368AV200",
      producer_version: "9.8.7",
      ir_version: "10",
      opset_import: [
        { domain: "", version: "21" },
        { domain: "ai.knight", version: "1" },
      ],
    });
  });

  it("has sorted metadata: version, chip, width, mode, scales, what outputs hold", () => {
    const keys = (written().metadata_props as Entries).map(({ key }) => key);
    expect(keys).toEqual([...keys].sort());
    expect(properties()).toMatchObject({
      "knight.version": "9.8.7",
      "knight.chip": "TX5368AV200",
      "knight.bit_width": "8",
      "knight.quant_mode": "kl",
    });
    expect(JSON.parse(properties()[OUTPUTS_KEY]!)).toEqual({ y: "integer" });
  });

  it("states scales as JSON that gives back every bit", () => {
    expect(JSON.parse(properties()[SCALES_KEY]!)).toEqual(Object.fromEntries(quantized().scales));
  });

  it("carries each function it calls once, and no other", () => {
    const { functions } = written() as { functions: { name: string; domain: string }[] };
    expect(functions.map(({ name, domain }) => [domain, name])).toEqual([["ai.knight", "Requantize"]]);
  });

  it("has no date, path or host in it", () => {
    const text = new TextDecoder("latin1").decode(writeModel(emitFixed(quantized(), PROVENANCE)));
    expect(text).not.toMatch(/\b20\d\d\b|[A-Za-z]:\\|\/(home|work|tmp|root|Users)\b|node_modules/);
    expect(text).not.toContain(process.cwd());
  });

  it("is the same bytes every time", () => {
    const once = writeModel(emitFixed(quantized(), PROVENANCE));
    expect(writeModel(emitFixed(quantized(), PROVENANCE))).toEqual(once);
  });

  it("runs in ONNX Runtime: 100 / 2 / 2 = 25", async () => {
    const session = await nodeBackend().createSession(writeModel(emitFixed(quantized(), PROVENANCE)));
    const x = tensor("float32", [4], Float32Array.of(100, -100, 4, 0));
    const y = (await session.run(new Map([["x", x]]))).get("y")!;
    expect([...(y.data as Float32Array)]).toEqual([25, -25, 1, 0]);
    await session.release();
  });
});

describe("the model with every layer's output", () => {
  it("lists the layers' integers behind its own outputs, once each, and is else the same", () => {
    const all = emitAllOutputs(quantized(), PROVENANCE);
    expect(all.graph.outputs).toEqual([
      value("y", [4]),
      value("a_int8", [4], "int8"),
      value("y_int8", [4], "int8"),
    ]);
    const { graph: own, ...rest } = emitFixed(quantized(), PROVENANCE);
    expect({ ...all, graph: { ...all.graph, outputs: own.outputs } }).toEqual({ ...rest, graph: own });
  });

  it("does not list a layer twice that is an output already", () => {
    const base = quantized();
    const outputs = [value("a_int8", [4], "int8")];
    const all = emitAllOutputs({ ...base, graph: { ...base.graph, outputs } }, PROVENANCE);
    expect(all.graph.outputs.map(({ name }) => name)).toEqual(["a_int8", "y_int8"]);
  });
});
