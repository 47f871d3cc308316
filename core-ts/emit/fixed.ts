import type { Chip } from "../chips/index.ts";
import { functionsUsed } from "../fixed/index.ts";
import type { Graph, Model } from "../graph/graph.ts";
import { CANONICAL_OPSET, IR_VERSION, KNIGHT_DOMAIN } from "../graph/graph.ts";
import type { QuantizedGraph } from "../quantize/quantized.ts";

/** The forms of a quantized model: integer ops (the default), or a float graph with QuantizeLinear and DequantizeLinear. */
export const IR_FORMS = ["fixed", "qdq"] as const;
export type IrForm = (typeof IR_FORMS)[number];

/** What a reader of the file wants to know besides the graph. */
export interface Provenance {
  readonly chip: Chip;
  readonly toolVersion: string;
  /** Width and observer of all nodes; "mixed" where nodes have their own. */
  readonly bits: number | "mixed";
  readonly quantMode: string;
  /** Which of the two forms the graph is in; fixed when absent. */
  readonly ir?: IrForm;
}

/** Key of metadata_props that holds the scales: JSON, tensor name → {scale, bits, threshold}. */
export const SCALES_KEY = "knight.scales";
/** Key of metadata_props that says what each output holds: JSON, output name → integer | real | other. */
export const OUTPUTS_KEY = "knight.outputs";

/** Key of metadata_props that names the form. */
export const IR_KEY = "knight.ir";

function asModel(graph: Graph, quantized: QuantizedGraph, provenance: Provenance): Model {
  const ir = provenance.ir ?? "fixed";
  const opsets = new Map([["", CANONICAL_OPSET]]);
  if (ir === "fixed") opsets.set(KNIGHT_DOMAIN, 1);
  return {
    graph,
    opsets,
    irVersion: IR_VERSION,
    producerName: `Knight ${provenance.chip.name}`,
    producerVersion: provenance.toolVersion,
    functions: functionsUsed(graph.nodes),
    metadata: new Map([
      ["knight.version", provenance.toolVersion],
      ["knight.chip", provenance.chip.name],
      [IR_KEY, ir],
      ["knight.bit_width", String(provenance.bits)],
      ["knight.quant_mode", provenance.quantMode],
      [SCALES_KEY, JSON.stringify(Object.fromEntries(quantized.scales))],
      [OUTPUTS_KEY, JSON.stringify(Object.fromEntries(quantized.outputs))],
    ]),
  };
}

/** The quantized model in the form its graph is in: fixed (spec/fixed-point-ir.md: nodes of domain ai.knight and their functions) or QDQ (emit/qdq.ts). No arithmetic. */
export function emitFixed(quantized: QuantizedGraph, provenance: Provenance): Model {
  return asModel(quantized.graph, quantized, provenance);
}

/** The same model with every layer's integers as outputs besides its own. */
export function emitAllOutputs(quantized: QuantizedGraph, provenance: Provenance): Model {
  const { graph } = quantized;
  const listed = new Set(graph.outputs.map(({ name }) => name));
  const layers = quantized.layers
    .map(({ integers }) => integers.name)
    .filter((name) => !listed.has(name) && listed.add(name))
    .map((name) => ({ name, type: graph.types.get(name) ?? null }));
  return asModel({ ...graph, outputs: [...graph.outputs, ...layers] }, quantized, provenance);
}
