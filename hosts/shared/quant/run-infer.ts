import type { Feeds } from "../../../core-ts/backend.ts";
import type { IntegerInputs } from "../../../core-ts/edges/input-types.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { type Inference, openInference } from "../../../core-ts/evaluate/inference.ts";
import type { GraphValue } from "../../../core-ts/graph/graph.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { startProgress } from "../cli/progress.ts";
import { loadModel } from "../convert/load-model.ts";
import type { ModelEdge } from "../infer/check-input.ts";
import type { Figure } from "../infer/configured/task.ts";
import { type InferRun, runInferFunction } from "../infer/run-function.ts";
import { withInferFunction } from "./infer-function.ts";
import { reportInfer } from "./report-infer.ts";
import { type CommandRun, openHost } from "./session.ts";

function edgesOf(values: readonly GraphValue[], integers?: IntegerInputs): ModelEdge[] {
  return values.map(({ name, type }) => {
    const integer = integers?.get(name);
    const edge = { name, dtype: integer ?? type?.dtype ?? ("float32" as const), dims: type?.dims ?? null };
    return integer ? { ...edge, takesIntegers: true } : edge;
  });
}

/** A quantized model has one batch size for good: data in another one can't fit. */
function checkBatch({ settings }: CommandRun, { quantized, inputs }: Inference): void {
  const batch = inputs[0]?.type?.dims?.[0];
  if (!quantized || !settings.batchSizeGiven || batch === undefined || batch === settings.batchSize) return;
  throw new ConfigError(
    `-bs is ${settings.batchSize}, but ${settings.model} was quantized for a batch of ${batch}; give -bs ${batch}, or quantize again with -ib ${settings.batchSize}`,
    { option: "-bs/--batch-size" },
  );
}

/** What a pass over the data gave. */
export interface Inferred {
  /** What the infer function returned. */
  readonly result: number;
  /** What a function of ours measured besides. */
  readonly figures: readonly Figure[];
  readonly quantized: boolean;
}

/** Sees the outputs of every batch, by name, in real units. */
export type OutputsListener = (outputs: ReadonlyMap<string, Tensor>) => void;

/** Runs the infer function over the model, and prints what it returned. */
async function inferLoaded(run: CommandRun, infer: InferRun, model: Inference, listen?: OutputsListener) {
  checkBatch(run, model);
  const progress = startProgress(run.ports, "Inference", infer.iteration);
  const spent = { samples: 0, modelMilliseconds: 0 };
  const target = {
    inputs: edgesOf(model.inputs, model.integerInputs),
    outputs: edgesOf(model.outputs),
    quantized: model.quantized,
    async forward(feeds: Feeds) {
      const begin = run.ports.now();
      const outputs = await model.forward(feeds);
      spent.modelMilliseconds += run.ports.now() - begin;
      spent.samples += feeds.get(model.inputs[0]!.name)?.dims[0] ?? 1;
      listen?.(outputs);
      return outputs;
    },
  };
  const nodes = new Map(
    model.model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node.name] as const)),
  );
  const begin = run.ports.now();
  let result: number;
  try {
    result = await runInferFunction(infer, target, nodes, progress);
  } finally {
    progress.stop();
  }
  await infer.products?.publish();
  const speed = { ...spent, milliseconds: run.ports.now() - begin };
  const figures = infer.products?.figures(model.quantized, result) ?? [];
  reportInfer(run, model, { result, figures, speed, notes: infer.notes?.() ?? [] });
  return { result, figures, quantized: model.quantized };
}

/** -r infer: runs the infer function over a float or quantized model and gives what it returned, printed as well. */
export async function runInfer(run: CommandRun, listen?: OutputsListener): Promise<Inferred> {
  const { settings, ports } = run;
  const { bytes } = await loadModel(run);
  return withInferFunction(run, async (infer) => {
    const { backend } = await openHost(run);
    const external = ports.files.external(settings.model);
    const model = await openInference(bytes, backend, external, settings.quant.inputTypes);
    try {
      return await inferLoaded(run, infer, model, listen);
    } finally {
      await model.stop();
    }
  });
}
