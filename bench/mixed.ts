/**
 * What HAWQ's choice of 16-bit nodes is worth: output SQNR at ratio 0.5 against IOhigh and random choices of the same size, on CIFAR ResNet-32 and
 * FastestDet (calibrated and measured on the same 14 photos): `npm run bench -- mixed`.
 */
import { readdirSync, readFileSync } from "node:fs";
import sharp from "sharp";
import type { Feeds } from "../core-ts/backend.ts";
import type { Ranges } from "../core-ts/calibrate/ranges.ts";
import {
  findChip,
  type PipelineHost,
  type Prepared,
  prepare,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../core-ts/index.ts";
import {
  chooseHigh,
  endsFirst,
  hawqMix,
  highCount,
  rankedGroups,
  type Sensitivity,
  sensitivities,
} from "../core-ts/mixed/index.ts";
import { makePlan } from "../core-ts/plan/make-plan.ts";
import type { Mix } from "../core-ts/plan/options.ts";
import { tensor } from "../core-ts/tensor/tensor.ts";
import { loadNodeKernels } from "../hosts/node/kernels.ts";
import { createNodeBackend } from "../hosts/node/ort.ts";
import { cifarBatch, loadCifar } from "./cifar.ts";

const SHARED = process.env.KNIGHT_SHARED ?? "../shared";
const RATIO = 0.5;
const SAMPLES = 16;
const MODES = { low: "kl", high: "min_max" } as const;
const base = {
  chip: "TX5368AV200",
  bits: 8,
  mode: "kl",
  percent: 0.99999,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
} as const;

interface Subject {
  readonly name: string;
  readonly model: string;
  readonly calibration: Feeds[];
  readonly test: Feeds[];
}

async function photo(file: string): Promise<Feeds> {
  const pixels = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .resize(352, 352, { fit: "fill" })
    .raw()
    .toBuffer();
  const size = 352 * 352;
  const data = Float32Array.from(
    { length: 3 * size },
    (_, i) => pixels[3 * (i % size) + 2 - Math.floor(i / size)]! / 255,
  );
  return new Map([["input.1", tensor("float32", [1, 3, 352, 352], data)]]);
}

async function subjects(): Promise<Subject[]> {
  const cifar = loadCifar(SHARED);
  const images = (data: Uint8Array, count: number) =>
    Array.from({ length: count }, (_, i) => new Map([["input", cifarBatch(data, i, 1)]]));
  const names = readdirSync(`${SHARED}/data/photos`).filter((name) => name.endsWith(".jpg"));
  const photos = await Promise.all(names.sort().map((name) => photo(`${SHARED}/data/photos/${name}`)));
  return [
    {
      name: "ResNet-32",
      model: "cifar/resnet32.onnx",
      calibration: images(cifar.calibration, 256),
      test: images(cifar.test, 500),
    },
    {
      name: "FastestDet",
      model: "detection/FastestDet.onnx",
      calibration: photos,
      test: photos,
    },
  ];
}

/** dB of all float outputs of the test data. */
async function sqnr(
  prepared: Prepared,
  ranges: Ranges,
  mix: Mix,
  test: readonly Feeds[],
  host: PipelineHost,
): Promise<number> {
  const { bits, mode, lutLen } = prepared.options;
  const plan = makePlan(prepared.targetModel.graph, {
    chip: findChip(base.chip),
    bits,
    observer: mode,
    lutLength: lutLen,
    mix,
  });
  const mixed = { ...prepared, plan };
  const float = await startCalibration(prepared, host);
  const fixed = await startEvaluation(mixed, quantizeModel(mixed, ranges, host), host, { comparedRuns: 0 });
  let [signal, noise] = [0, 0];
  for (const feeds of test) {
    const [left, right] = [await float.forward(feeds), await fixed.forward(feeds)];
    for (const [name, t] of left) {
      const [l, r] = [t.data as Float32Array, right.get(name)!.data as Float32Array];
      for (let i = 0; i < l.length; i++) {
        signal += l[i]! ** 2;
        noise += (l[i]! - r[i]!) ** 2;
      }
    }
  }
  await float.stop();
  await fixed.stop();
  return 10 * Math.log10(signal / noise);
}

function printTable(name: string, found: readonly Sensitivity[], seconds: number): void {
  console.log(`\n### ${name}: ${found.length} nodes and inputs, sensitivities in ${seconds.toFixed(1)} s\n`);
  console.log("| node | op | tr(H)/n | own squared error, output + weights | sensitivity |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { node, op, value, trace, error, omega } of found
    .toSorted((a, b) => b.omega - a.omega)
    .slice(0, 15)) {
    const [t, o, w, s] = [trace, error.output, error.weights, omega].map((v) => v.toExponential(2));
    console.log(`| ${node ?? value} | ${node === undefined ? "input" : op} | ${t} | ${o} + ${w} | ${s} |`);
  }
}

/** Seeds of the random choices. */
const SEEDS = [1, 2, 3, 4, 5];

/** Uniform numbers in [0, 1) (mulberry32): already the first ones differ from seed to seed, so that no node is favoured. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function randomChoices(plan: Prepared["plan"], measure: (ranking: string[][]) => Promise<number>) {
  const found: number[] = [];
  for (const seed of SEEDS) found.push(await measure(rankedGroups(plan, uniform(seed))));
  return found;
}

async function bench(subject: Subject, host: PipelineHost): Promise<void> {
  const prepared = await prepare(readFileSync(`${SHARED}/models/${subject.model}`), base, host);
  const calibration = await startCalibration(prepared, host);
  for (const feeds of subject.calibration) await calibration.forward(feeds);
  const ranges = calibration.ranges();
  await calibration.stop();
  const { plan } = prepared;
  const start = performance.now();
  const samples = subject.calibration.slice(0, SAMPLES);
  const found = await sensitivities(prepared, { ranges, samples }, host, () => undefined);
  printTable(subject.name, found, (performance.now() - start) / 1000);
  const count = highCount(plan, RATIO);
  const measure = (mix: Mix) => sqnr(prepared, ranges, mix, subject.test, host);
  const ranked = (ranking: string[][]) => measure(chooseHigh(plan, ranking, count, MODES));
  const random = await randomChoices(plan, ranked);
  const rows: [string, number][] = [
    ["8 bit everywhere", await measure(new Map())],
    ["HAWQ", await measure(hawqMix(plan, found, count, MODES))],
    ["IOhigh", await ranked(endsFirst(plan))],
    ["random, mean of 5", random.reduce((a, b) => a + b, 0) / random.length],
    ["random, best of 5", Math.max(...random)],
  ];
  console.log(`\n| choice at ratio ${RATIO} | output SQNR dB |\n| --- | --- |`);
  for (const [name, db] of rows) console.log(`| ${name} | ${db.toFixed(2)} |`);
  console.log(`\nrandom, each: ${random.map((db) => db.toFixed(2)).join(", ")}`);
}

const host: PipelineHost = {
  backend: createNodeBackend({ threads: 2 }),
  kernels: await loadNodeKernels(),
  log: () => undefined,
  toolVersion: "bench",
};
for (const subject of await subjects()) await bench(subject, host);
