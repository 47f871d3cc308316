/** CIFAR-10 accuracy of float against fixed-point for every observer: `npm run bench -- accuracy [model ...]`. Prints a Markdown table. */
import { existsSync, readFileSync } from "node:fs";
import { openSession } from "../core-ts/calibrate/calibrate.ts";
import type { Ranges } from "../core-ts/calibrate/ranges.ts";
import {
  findChip,
  OBSERVERS,
  type ObserverName,
  type PipelineHost,
  type Prepared,
  prepare,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../core-ts/index.ts";
import { makePlan } from "../core-ts/plan/make-plan.ts";
import { loadNodeKernels } from "../hosts/node/kernels.ts";
import { createNodeBackend } from "../hosts/node/ort.ts";
import { type Cifar, cifarBatch, loadCifar } from "./cifar.ts";

const SHARED = process.env.KNIGHT_SHARED ?? "../shared";
const BATCH = 100;
const CLASSES = 10;
const CALIBRATION_IMAGES = 512;
const TEST = Number(process.env.KNIGHT_TEST_IMAGES ?? 10000);
const TARGETS = [
  { chip: "TX5368AV200", bits: 8 },
  { chip: "generic", bits: 8 },
  { chip: "TX5368AV200", bits: 16 },
] as const;

type Forward = (
  feeds: ReadonlyMap<string, ReturnType<typeof cifarBatch>>,
) => Promise<ReadonlyMap<string, { data: unknown }>>;

async function logitsOf(forward: Forward, images: Uint8Array): Promise<Float32Array> {
  const logits = new Float32Array(TEST * CLASSES);
  for (let i = 0; i < TEST; i += BATCH) {
    const results = await forward(new Map([["input", cifarBatch(images, i, BATCH)]]));
    logits.set(results.get("logits")!.data as Float32Array, i * CLASSES);
  }
  return logits;
}

function argmax(logits: Float32Array, i: number): number {
  const row = logits.subarray(i * CLASSES, (i + 1) * CLASSES);
  return row.indexOf(Math.max(...row));
}

function compare(float: Float32Array, fixed: Float32Array, labels: readonly number[]) {
  let [right, agree, signal, noise] = [0, 0, 0, 0];
  for (let i = 0; i < TEST; i++) {
    const guess = argmax(fixed, i);
    if (guess === labels[i]) right++;
    if (guess === argmax(float, i)) agree++;
  }
  for (let i = 0; i < float.length; i++) {
    signal += float[i]! ** 2;
    noise += (fixed[i]! - float[i]!) ** 2;
  }
  const percent = (count: number) => ((100 * count) / TEST).toFixed(2);
  return `${percent(right)} | ${percent(agree)} | ${(10 * Math.log10(signal / noise)).toFixed(2)}`;
}

async function calibrated(prepared: Prepared, host: PipelineHost, images: Uint8Array): Promise<Ranges> {
  const calibration = await startCalibration(prepared, host);
  for (let i = 0; i < CALIBRATION_IMAGES; i++)
    await calibration.forward(new Map([["input", cifarBatch(images, i, 1)]]));
  await calibration.stop();
  return calibration.ranges();
}

async function floatLogits(prepared: Prepared, host: PipelineHost, cifar: Cifar): Promise<Float32Array> {
  const session = await openSession(host.backend, prepared.targetModel, "the float model");
  const logits = await logitsOf((feeds) => session.run(feeds), cifar.test);
  await session.release();
  return logits;
}

async function fixedLogits(
  prepared: Prepared,
  ranges: Ranges,
  host: PipelineHost,
  cifar: Cifar,
): Promise<Float32Array> {
  const model = quantizeModel(prepared, ranges, host);
  const evaluation = await startEvaluation(prepared, model, host, { comparedRuns: 0 });
  const logits = await logitsOf((feeds) => evaluation.forward(feeds), cifar.test);
  await evaluation.stop();
  return logits;
}

async function bench(name: string, host: PipelineHost, cifar: Cifar): Promise<void> {
  const bytes = readFileSync(`${SHARED}/models/cifar/${name}.onnx`);
  const base = { percent: 0.99999, irBatch: BATCH, lutLen: 10, outputDequant: false, mode: "kl" } as const;
  let float: Float32Array | undefined;
  for (const { chip, bits } of TARGETS) {
    const prepared = await prepare(bytes, { ...base, chip, bits }, host);
    const ranges = await calibrated(prepared, host, cifar.calibration);
    if (!float) {
      float = await floatLogits(prepared, host, cifar);
      console.log(`| ${name} | float | | | ${compare(float, float, cifar.labels).replace("Infinity", "")} |`);
    }
    for (const observer of Object.keys(OBSERVERS) as ObserverName[]) {
      const options = { chip: findChip(chip), bits, observer, lutLength: base.lutLen };
      const plan = makePlan(prepared.targetModel.graph, options);
      const fixed = await fixedLogits({ ...prepared, plan }, ranges, host, cifar);
      console.log(`| ${name} | ${chip} | ${bits} | ${observer} | ${compare(float, fixed, cifar.labels)} |`);
    }
  }
}

if (!existsSync(`${SHARED}/models/cifar`))
  throw new Error(`${SHARED}/models/cifar is not there; this benchmark needs the shared models`);
const host: PipelineHost = {
  backend: createNodeBackend({ threads: 2 }),
  kernels: await loadNodeKernels(),
  log: () => undefined,
  toolVersion: "bench",
};
console.log(
  "| model | target | bits | mode | top-1 % | agreement % | logit SQNR dB |\n| --- | --- | --- | --- | --- | --- | --- |",
);
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : ["resnet20", "resnet32"])
  await bench(name, host, loadCifar(SHARED));
