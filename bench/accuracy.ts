/** CIFAR-10 accuracy of float against fixed-point for every observer: `npm run bench -- accuracy [model ...]`. */
import { existsSync, readFileSync } from "node:fs";
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
import { cifarBatch, loadCifar } from "./cifar.ts";

const SHARED = process.env.KNIGHT_SHARED ?? "../shared";
const BATCH = 100;
const TEST = Number(process.env.KNIGHT_TEST_IMAGES ?? 10000);

interface Score {
  readonly logits: Float32Array;
  readonly seconds: number;
}

async function logitsOf(
  forward: (image: ReturnType<typeof cifarBatch>) => Promise<Float32Array>,
  images: Uint8Array,
): Promise<Score> {
  const logits = new Float32Array(TEST * 10);
  const start = performance.now();
  for (let i = 0; i < TEST; i += BATCH) logits.set(await forward(cifarBatch(images, i, BATCH)), i * 10);
  return { logits, seconds: (performance.now() - start) / 1000 };
}

function argmax(logits: Float32Array, i: number): number {
  const row = logits.subarray(i * 10, i * 10 + 10);
  return row.indexOf(Math.max(...row));
}

function compare(float: Float32Array, fixed: Float32Array, labels: number[]) {
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
  return {
    top1: (100 * right) / TEST,
    agreement: (100 * agree) / TEST,
    sqnr: 10 * Math.log10(signal / noise),
  };
}

async function bench(name: string): Promise<void> {
  const cifar = loadCifar(SHARED);
  const bytes = readFileSync(`${SHARED}/models/cifar/${name}.onnx`);
  const host: PipelineHost = {
    backend: createNodeBackend({ threads: 2 }),
    kernels: await loadNodeKernels(),
    log: () => undefined,
    toolVersion: "bench",
  };
  const base = { percent: 0.99999, irBatch: BATCH, lutLen: 10, outputDequant: false, mode: "kl" } as const;
  let float: Float32Array | undefined;
  for (const [chip, bits] of [
    ["TX5368AV200", 8],
    ["generic", 8],
    ["TX5368AV200", 16],
  ] as const) {
    const prepared = await prepare(bytes, { ...base, chip, bits }, host);
    const calibration = await startCalibration(prepared, host);
    for (let i = 0; i < 512; i++)
      await calibration.forward(new Map([["input", cifarBatch(cifar.calibration, i, 1)]]));
    const ranges = calibration.ranges();
    await calibration.stop();
    float ??= await floatLogits(prepared, host, cifar.test);
    console.log(
      `${name} ${chip} ${bits} bit; float top-1 ${compare(float, float, cifar.labels).top1.toFixed(2)}`,
    );
    for (const observer of Object.keys(OBSERVERS) as ObserverName[]) {
      const plan = makePlan(prepared.targetModel.graph, {
        chip: findChip(chip),
        bits,
        observer,
        lutLength: 10,
      });
      const again = { ...prepared, plan };
      const evaluation = await startEvaluation(again, quantizeModel(again, ranges, host), host, {
        comparedRuns: 0,
      });
      const run = await logitsOf(
        async (image) =>
          (await evaluation.forward(new Map([["input", image]]))).get("logits")!.data as Float32Array,
        cifar.test,
      );
      await evaluation.stop();
      const { top1, agreement, sqnr } = compare(float, run.logits, cifar.labels);
      console.log(
        `  ${observer.padEnd(10)} top-1 ${top1.toFixed(2)}  agreement ${agreement.toFixed(2)} %  SQNR ${sqnr.toFixed(2)} dB  ${run.seconds.toFixed(1)} s`,
      );
    }
  }
}

async function floatLogits(
  prepared: Prepared,
  host: PipelineHost,
  images: Uint8Array,
): Promise<Float32Array> {
  const { writeModel } = await import("../core-ts/onnx/write.ts");
  const session = await host.backend.createSession(writeModel(prepared.targetModel));
  const run = await logitsOf(
    async (image) => (await session.run(new Map([["input", image]]))).get("logits")!.data as Float32Array,
    images,
  );
  await session.release();
  return run.logits;
}

if (!existsSync(`${SHARED}/models/cifar`))
  throw new Error(`${SHARED}/models/cifar is not there; this benchmark needs the shared models`);
for (const name of process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["resnet20", "resnet32"])
  await bench(name);
