import type { Feeds } from "../../core-ts/backend.ts";
import type { Model } from "../../core-ts/graph/graph.ts";
import type { ExternalReader } from "../../core-ts/onnx/external.ts";
import { writeModel } from "../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  type Prepared,
  prepare,
  type QuantizedModel,
  type QuantOptions,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../core-ts/pipeline.ts";
import type { LayerError } from "../../core-ts/report/layer-error.ts";
import { elementCount, type Tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";
import { normals, random } from "./numbers.ts";
import { testHost } from "./one-op.ts";

/** What a run leaves behind: answers of both models to each batch, in real units. */
export interface WholeWay {
  readonly prepared: Prepared;
  readonly quantized: QuantizedModel;
  readonly float: readonly ReadonlyMap<string, Tensor>[];
  readonly fixed: readonly ReadonlyMap<string, Tensor>[];
  readonly layers: readonly LayerError[];
}

const DEFAULTS: QuantOptions = {
  ...{ chip: "TX5368AV200", bits: 8, mode: "min_max", percent: 1, irBatch: 1, lutLen: 10 },
  outputDequant: false,
};

export interface Run {
  readonly options?: Partial<QuantOptions>;
  /** Batches; without them four of normal numbers, as many rows as `rows`. */
  readonly batches?: readonly Feeds[];
  readonly rows?: number;
  readonly external?: ExternalReader;
}

function randomBatches({ inputs }: Prepared, rows: number): Feeds[] {
  const next = random(7);
  const shape = (dims: Prepared["inputs"][number]["dims"]) =>
    dims.map((d) => (typeof d === "number" ? d : rows));
  const batch = () => new Map(inputs.map(({ name, dims }) => [name, normals(shape(dims), next)]));
  return Array.from({ length: 4 }, batch);
}

const all = async (batches: readonly Feeds[], run: (feeds: Feeds) => Promise<Map<string, Tensor>>) => {
  const answers: Map<string, Tensor>[] = [];
  for (const feeds of batches) answers.push(await run(feeds));
  return answers;
};

/** prepare → calibrate → quantize → evaluate, on the same batches. */
export async function wholeWay(model: Model | Uint8Array, run: Run = {}): Promise<WholeWay> {
  const host: PipelineHost = await testHost();
  const bytes = model instanceof Uint8Array ? model : writeModel(model);
  const prepared = await prepare(bytes, { ...DEFAULTS, ...run.options }, host, run.external);
  const batches = run.batches ?? randomBatches(prepared, run.rows ?? 1);
  const calibration = await startCalibration(prepared, host);
  const float = await all(batches, (feeds) => calibration.forward(feeds)).finally(() => calibration.stop());
  const quantized = quantizeModel(prepared, calibration.ranges(), host);
  const evaluation = await startEvaluation(prepared, quantized, host);
  const fixed = await all(batches, (feeds) => evaluation.forward(feeds)).finally(() => evaluation.stop());
  return { prepared, quantized, float, fixed, layers: evaluation.layers() };
}

/** Signal-to-noise ratio of one output over all batches, in dB; infinite where the answers are equal. @throws where shapes differ. */
export function outputSqnr({ float, fixed }: Pick<WholeWay, "float" | "fixed">, name: string): number {
  let [signal, noise] = [0, 0];
  for (const [i, answers] of float.entries()) {
    const [l, r] = [answers.get(name)!, fixed[i]!.get(name)!];
    if (l.dims.join() !== r.dims.join()) throw new Error(`shapes [${l.dims}] and [${r.dims}]`);
    const [a, b] = [toNumbers(l), toNumbers(r)];
    for (let k = 0; k < elementCount(l.dims); k++) {
      signal += a[k]! ** 2;
      noise += (a[k]! - b[k]!) ** 2;
    }
  }
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}
