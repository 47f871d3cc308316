/**
 * The real models of ../shared end to end at 8 and 16 bit: `npm run bench -- operators [model ...]`. Prints a Markdown table: integer nodes, worst layer, SQNR of
 * every output, the task's measure, agreement of its decisions, and time a batch; below it what stays float and why. One entry a model in bench/operators/.
 * KNIGHT_CHIP and KNIGHT_MODE choose another chip and observer than a user gets who says nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import {
  type Evaluation,
  type ObserverName,
  type PipelineHost,
  prepare,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../core-ts/index.ts";
import type { Prepared } from "../core-ts/pipeline.ts";
import { type Tensor, toNumbers } from "../core-ts/tensor/tensor.ts";
import { loadNodeKernels } from "../hosts/node/kernels.ts";
import { createNodeBackend } from "../hosts/node/ort.ts";
import { loadScript } from "../hosts/node/script.ts";
import { runInferFunction } from "../hosts/shared/infer/run-function.ts";
import { MODELS } from "./operators/index.ts";
import type { BenchData, BenchModel } from "./operators/model.ts";

const SHARED = process.env.KNIGHT_SHARED ?? "../shared";
const CHIP = process.env.KNIGHT_CHIP ?? "TX5368AV200";
const MODE = process.env.KNIGHT_MODE as ObserverName | undefined;
const TIMED_RUNS = 20;

type Forward = Evaluation["forward"];
/** What one pass over the data left behind. */
interface Pass {
  readonly measure: number;
  readonly feeds: Parameters<Forward>[0][];
  readonly outputs: Map<string, Tensor>[];
}

const copied = (t: Tensor): Tensor => ({ ...t, data: t.data.slice() }) as Tensor;

async function pass(model: BenchModel, data: BenchData, prepared: Prepared, forward: Forward): Promise<Pass> {
  const script = `bench/${model.script}`;
  const functions = await loadScript(script);
  const found: Pass = { measure: 0, feeds: [], outputs: [] };
  const target = {
    inputs: prepared.inputs,
    outputs: prepared.outputs,
    async forward(feeds: Parameters<Forward>[0]) {
      const outputs = await forward(feeds);
      if (found.feeds.length < TIMED_RUNS) found.feeds.push(feeds);
      found.outputs.push(new Map([...outputs].map(([name, t]) => [name, copied(t)])));
      return outputs;
    },
  };
  const run = {
    ...{
      name: model.fn,
      fn: functions.get(model.fn)!,
      iteration: data.iteration,
      batchSize: model.batch ?? 1,
    },
    ...{ data: data.data && `${SHARED}/${data.data}`, saveDir: "", runMode: "quant", script },
    signal: new AbortController().signal,
  };
  const measure = await runInferFunction(run, target, prepared.outputNameToNodeName, {
    step: () => undefined,
    expect: () => undefined,
  });
  return { ...found, measure };
}

function sqnr(float: Pass, fixed: Pass, name: string): number {
  let [signal, noise] = [0, 0];
  for (const [i, outputs] of float.outputs.entries()) {
    const [a, b] = [toNumbers(outputs.get(name)!), toNumbers(fixed.outputs[i]!.get(name)!)];
    for (const [k, v] of a.entries()) {
      signal += v ** 2;
      noise += (v - b[k]!) ** 2;
    }
  }
  return 10 * Math.log10(signal / noise);
}

/** Share of equal decisions in percent. */
function agreement(model: BenchModel, prepared: Prepared, float: Pass, fixed: Pass): string {
  if (!model.decisions) return "";
  let [same, all] = [0, 0];
  const listed = (outputs: Map<string, Tensor>) => prepared.outputs.map(({ name }) => outputs.get(name)!);
  for (const [i, outputs] of float.outputs.entries()) {
    const [a, b] = [model.decisions(listed(outputs)), model.decisions(listed(fixed.outputs[i]!))];
    for (const [k, v] of a.entries()) {
      if (v === b[k]) same++;
      all++;
    }
  }
  return ((100 * same) / all).toFixed(2);
}

async function milliseconds(forward: Forward, feeds: Pass["feeds"]): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < TIMED_RUNS; i++) {
    const start = performance.now();
    await forward(feeds[i % feeds.length]!);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[TIMED_RUNS >> 1]!.toFixed(1);
}

async function prepared(model: BenchModel, bits: 8 | 16, host: PipelineHost): Promise<Prepared> {
  const file = model.file.startsWith("/") ? model.file : `${SHARED}/${model.file}`;
  const mode = MODE ?? (bits === 8 ? "kl" : "min_max");
  const defaults = { chip: CHIP, bits, mode, percent: 0.99999, lutLen: 10, outputDequant: false } as const;
  return prepare(readFileSync(file), { ...defaults, irBatch: model.batch ?? 1, ...model.options }, host);
}

/** Calibrates, quantizes, compares; prints the row, and gives the nodes that stay float. */
async function measured(model: BenchModel, bits: 8 | 16, host: PipelineHost): Promise<string[]> {
  const ready = await prepared(model, bits, host);
  const calibration = await startCalibration(ready, host);
  const seen = await pass(model, model.calibration ?? model.test, ready, calibration.forward);
  const quantized = quantizeModel(ready, calibration.ranges(), host);
  const float = model.calibration ? await pass(model, model.test, ready, calibration.forward) : seen;
  const floatTime = await milliseconds(calibration.forward, float.feeds);
  await calibration.stop();
  const evaluation = await startEvaluation(ready, quantized, host);
  const fixed = await pass(model, model.test, ready, evaluation.forward);
  const worst = evaluation.layers().toSorted((a, b) => a.cosine - b.cosine)[0];
  const fixedTime = await milliseconds(evaluation.forward, float.feeds);
  await evaluation.stop();
  const { integerNodes, floatNodes } = quantized.summary;
  const all = integerNodes + floatNodes;
  const cells = [
    model.name,
    bits,
    `${integerNodes} of ${all} (${((100 * integerNodes) / all).toFixed(0)} %)`,
    worst ? `${worst.cosine.toFixed(6)} (${worst.node})` : "",
    ready.outputs.map(({ name }) => `${name} ${sqnr(float, fixed, name).toFixed(1)}`).join(", "),
    `${float.measure.toFixed(2)} → ${fixed.measure.toFixed(2)} ${model.measure}`,
    agreement(model, ready, float, fixed),
    `${floatTime} → ${fixedTime}`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
  const title = `${model.name}, ${bits} bit`;
  return quantized.floatLayers.map(({ node, op, reason }) => `${title}: ${op} "${node}": ${reason}`);
}

const wanted = process.argv.slice(2);
const names = (wanted.length > 0 ? wanted : Object.keys(MODELS)) as (keyof typeof MODELS)[];
const unknown = names.find((name) => !Object.hasOwn(MODELS, name));
if (unknown !== undefined)
  throw new Error(`there is no model ${unknown}; known are ${Object.keys(MODELS).join(", ")}`);
const host: PipelineHost = {
  backend: createNodeBackend({ threads: 2 }),
  kernels: await loadNodeKernels(),
  log: () => undefined,
  toolVersion: "bench",
};
console.log(
  "| model | bits | integer nodes | worst layer (cosine) | output SQNR dB | task, float → fixed | agreement % | ms, calibrating float → fixed |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
const stay: string[] = [];
for (const name of names) {
  const model: BenchModel = MODELS[name];
  if (model.file.startsWith("/") && !existsSync(model.file)) {
    console.log(`| ${model.name} | | ${model.file} is not there: bash bench/prepare.sh | | | | | |`);
    continue;
  }
  for (const bits of model.bits ?? ([8, 16] as const)) stay.push(...(await measured(model, bits, host)));
}
if (stay.length > 0) console.log(`\nWhat stays float:\n\n- ${stay.join("\n- ")}`);
