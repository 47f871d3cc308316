import type { LayerListener } from "../../../core-ts/evaluate/layers.ts";
import type { Graph } from "../../../core-ts/graph/graph.ts";
import type { QuantizedGraph, QuantizedLayer } from "../../../core-ts/quantize/quantized.ts";
import { realWeights } from "../../../core-ts/quantize/real-weights.ts";
import { writeNpy } from "../npy/write.ts";
import type { Files, Staging } from "../ports.ts";

/** File systems take 255 bytes a name; the index and the colon come on top. */
const LONGEST_NAME = 200;

/**
 * A layer's name as part of a folder name, by percent encoding: %, /, control characters and what `reserved` matches; decodeURIComponent
 * gives the name back. Very long names are cut: dump.json has them whole.
 */
export function folderName(layer: string, reserved: RegExp): string {
  const percent = (c: string) => {
    const bytes = new TextEncoder().encode(c);
    return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  };
  let name = "";
  let size = 0;
  for (const c of layer) {
    const isPlain = c > "\x1f" && c !== "\x7f" && c !== "/" && c !== "%" && !reserved.test(c);
    const part = isPlain ? c : percent(c);
    size += new TextEncoder().encode(part).length;
    if (size > LONGEST_NAME) break;
    name += part;
  }
  return name;
}

/** Beside a layer's batches; only where it has weights. */
export const WEIGHT_FILE = "weight.npy";
export const batchFile = (batch: number): string => `batch_${batch}.npy`;

/** One layer in dump.json. */
export interface LayerEntry {
  readonly layer: string;
  readonly op_type: string;
  /** Name of the value in the float model, and of its integers in the quantized one. */
  readonly value: string;
  readonly quant_value: string;
  /** Folder below dump/float and dump/quant. */
  readonly folder: string;
  readonly dtype: string;
  /** float ≈ scale · quant; 1 where quant holds real numbers (--ir qdq). */
  readonly scale: number;
}

/** dump.json. */
export interface DumpIndex {
  readonly version: 1;
  /** By four-digit topological index. */
  readonly layers: Readonly<Record<string, LayerEntry>>;
}

/** What the dumped layers belong to. */
export interface DumpedModels {
  readonly float: Graph;
  readonly quantized: QuantizedGraph;
}

/**
 * -du: every layer's output as dump/float/NNNN:LAYER/batch_K.npy and dump/quant/NNNN:LAYER/batch_K.npy (NNNN the topological index, K
 * from 0), and dump.json: index → layer, op type and scale. A layer's weights lie beside its batches, those of the quantized model as the real numbers
 * that its integers stand for.
 */
export class Dump {
  readonly #entries = new Map<string, LayerEntry>();
  readonly #batches = new Map<string, number>();

  constructor(
    private readonly staging: Staging,
    private readonly files: Pick<Files, "reserved">,
    private readonly models: DumpedModels,
  ) {}

  readonly listener: LayerListener = async (side, index, layer, tensor) => {
    const key = String(index).padStart(4, "0");
    const entry = this.#entries.get(key) ?? (await this.#add(key, layer));
    const folder = `dump/${side}/${entry.folder}`;
    const batch = this.#batches.get(folder) ?? 0;
    this.#batches.set(folder, batch + 1);
    await this.staging.write(`${folder}/${batchFile(batch)}`, writeNpy(tensor));
  };

  /** Writes dump.json. */
  async finish(): Promise<void> {
    const layers = Object.fromEntries([...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)));
    const index: DumpIndex = { version: 1, layers };
    const text = `${JSON.stringify(index, null, 2)}\n`;
    await this.staging.write("dump.json", new TextEncoder().encode(text));
  }

  async #add(key: string, layer: QuantizedLayer): Promise<LayerEntry> {
    const { plan, value, integers, isReal } = layer;
    const { name, op } = plan.node;
    const separator = this.files.reserved.test(":") ? "%3A" : ":";
    const entry: LayerEntry = {
      layer: name,
      op_type: op,
      value,
      quant_value: integers.name,
      folder: `${key}${separator}${folderName(name, this.files.reserved)}`,
      dtype: isReal ? "float32" : integers.type.dtype,
      scale: isReal ? 1 : integers.scale,
    };
    this.#entries.set(key, entry);
    const weights = realWeights(layer, this.models.float, this.models.quantized);
    if (weights) {
      await this.staging.write(`dump/float/${entry.folder}/${WEIGHT_FILE}`, writeNpy(weights.float));
      await this.staging.write(`dump/quant/${entry.folder}/${WEIGHT_FILE}`, writeNpy(weights.quantized));
    }
    return entry;
  }
}
