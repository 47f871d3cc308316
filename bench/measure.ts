/**
 * One measurement in a process of its own, for bench/run.ts: `npm run bench -- measure time|memory|speed MODEL.onnx IMAGES [forward|calibrate]`.
 * Prints one line of JSON. Images are seeded noise, batch 1: for time and memory, what they show does not matter.
 */
import { readFileSync } from "node:fs";
import { openSession } from "../core-ts/calibrate/calibrate.ts";
import type { Ranges } from "../core-ts/calibrate/ranges.ts";
import {
  findChip,
  OBSERVERS,
  type ObserverName,
  type PipelineHost,
  prepare,
  quantizeModel,
  startCalibration,
} from "../core-ts/index.ts";
import type { Prepared } from "../core-ts/pipeline.ts";
import { makePlan } from "../core-ts/plan/make-plan.ts";
import { chooseScales } from "../core-ts/quantize/thresholds.ts";
import { type Tensor, tensor } from "../core-ts/tensor/tensor.ts";
import { loadNodeKernels } from "../hosts/node/kernels.ts";
import { createNodeBackend } from "../hosts/node/ort.ts";

const DIMS = [1, 3, 224, 224];
const SIZE = 3 * 224 * 224;
const ROUNDS = 5;

const host: PipelineHost = {
  backend: createNodeBackend({ threads: 2 }),
  kernels: await loadNodeKernels(),
  log: () => undefined,
  toolVersion: "bench",
};
const base = {
  chip: "TX5368AV200",
  percent: 0.99999,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
  mode: "kl",
} as const;

/** Eight images of noise; every run gets a fresh copy, as a loader would hand out. */
function noise(): (i: number) => Map<string, Tensor> {
  let state = 1;
  const pool = Array.from({ length: 8 }, () =>
    Float32Array.from({ length: SIZE }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    }),
  );
  return (i) => new Map([["input", tensor("float32", DIMS, pool[i % pool.length]!.slice())]]);
}

const median = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Thresholds of every scale by these observers. */
function search(prepared: Prepared, ranges: Ranges, observers: readonly ObserverName[]): void {
  for (const observer of observers) {
    const options = { chip: findChip(base.chip), bits: 8, observer, lutLength: 10 } as const;
    chooseScales(makePlan(prepared.targetModel.graph, options), ranges, {
      percent: base.percent,
      kernels: host.kernels,
    });
  }
}

/** Milliseconds: N plain forwards, N calibrated ones, the range search by kl and by all observers; medians over interleaved rounds. */
async function time(prepared: Prepared, count: number) {
  const image = noise();
  const session = await openSession(host.backend, prepared.calibrationModel, "the float model");
  const calibration = await startCalibration(prepared, host);
  const [forward, calibrate]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const loop = async (run: (i: number) => Promise<unknown>) => {
      for (let i = 0; i < count; i++) await run(i);
    };
    forward.push(await timed(() => loop((i) => session.run(image(i)))));
    calibrate.push(await timed(() => loop((i) => calibration.forward(image(i)))));
  }
  const ranges = calibration.ranges();
  const searches = async (observers: readonly ObserverName[]) => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++)
      times.push(await timed(() => search(prepared, ranges, observers)));
    return median(times);
  };
  const [kl, all] = [await searches(["kl"]), await searches(Object.keys(OBSERVERS) as ObserverName[])];
  return { forward: median(forward), calibrate: median(calibrate), kl, all };
}

async function memory(prepared: Prepared, count: number, what: string): Promise<void> {
  const image = noise();
  if (what === "forward") {
    const session = await openSession(host.backend, prepared.calibrationModel, "the float model");
    for (let i = 0; i < count; i++) await session.run(image(i));
    return;
  }
  const calibration = await startCalibration(prepared, host);
  for (let i = 0; i < count; i++) await calibration.forward(image(i));
  search(prepared, calibration.ranges(), ["kl"]);
}

/** Milliseconds an image of the float model and of the fixed one at 8 and 16 bit, rounds interleaved. */
async function speed(bytes: Uint8Array, count: number) {
  const image = noise();
  const runs: Record<string, { run(i: number): Promise<unknown>; times: number[] }> = {};
  for (const bits of [8, 16] as const) {
    const prepared = await prepare(bytes, { ...base, bits, mode: "min_max" }, host);
    const calibration = await startCalibration(prepared, host);
    for (let i = 0; i < 2; i++) await calibration.forward(image(i));
    const fixed = await host.backend.createSession(quantizeModel(prepared, calibration.ranges(), host).bytes);
    await calibration.stop();
    runs[`fixed${bits}`] = { run: (i) => fixed.run(image(i)), times: [] };
    const float = await openSession(host.backend, prepared.targetModel, "the float model");
    runs.float = { run: (i) => float.run(image(i)), times: [] };
  }
  for (let i = 0; i < count; i++)
    for (const one of Object.values(runs)) one.times.push(await timed(() => one.run(i)));
  return Object.fromEntries(Object.entries(runs).map(([name, { times }]) => [name, median(times)]));
}

const [kind, model, count, what] = process.argv.slice(2);
const bytes = readFileSync(model!);
const images = Number(count);
if (kind === "speed") console.log(JSON.stringify(await speed(bytes, images)));
else {
  const prepared = await prepare(bytes, { ...base, bits: 8 }, host);
  if (kind === "time") console.log(JSON.stringify(await time(prepared, images)));
  else {
    await memory(prepared, images, what ?? "calibrate");
    console.log(JSON.stringify({ peakRssMb: process.resourceUsage().maxRSS / 1024 }));
  }
}
