/**
 * Time and memory of calibration and speed of the fixed models, relative to the plain float forward and to ONNX Runtime's own quantizer
 * measured in the same run: `npm run bench`. The networks come from bench/prepare.sh.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const NETWORKS = process.env.KNIGHT_BENCH ?? "/tmp/knight-bench";
const PYTHON = `${process.env.KNIGHT_VENV ?? "/tmp/venv-bench"}/bin/python`;
const IMAGES = 32;
const MANY = 512;

interface Times {
  readonly forward: number;
  readonly calibrate: number;
  readonly kl: number;
  readonly all: number;
}

function lastJson<T>(command: string, args: readonly string[]): T {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}

const measure = <T>(...args: (string | number)[]): T =>
  lastJson<T>(process.execPath, ["scripts/run.mjs", "bench", "measure", ...args.map(String)]);
const peak = (model: string, count: number, what: string): number =>
  measure<{ peakRssMb: number }>("memory", model, count, what).peakRssMb;
const row = (...cells: string[]): void => console.log(`| ${cells.join(" | ")} |`);
const times = (value: number): string => `${value.toFixed(2)} x`;

function calibration(model: string): Times {
  const t = measure<Times>("time", model, IMAGES);
  row("float forward", `${(t.forward / IMAGES).toFixed(1)} ms an image`, "1");
  row(
    `calibration, kl, ${IMAGES} images`,
    `${(t.calibrate + t.kl).toFixed(0)} ms`,
    times((t.calibrate + t.kl) / t.forward),
  );
  row("of that, range search by kl", `${t.kl.toFixed(1)} ms`, times(t.kl / t.forward));
  row(
    "calibration, all observers",
    `${(t.calibrate + t.all).toFixed(0)} ms`,
    `${times((t.calibrate + t.all) / (t.calibrate + t.kl))} of one`,
  );
  return t;
}

function memoryUse(model: string): void {
  const [forward, few, many] = [
    peak(model, IMAGES, "forward"),
    peak(model, IMAGES, "calibrate"),
    peak(model, MANY, "calibrate"),
  ];
  row("peak memory, float forward", `${forward.toFixed(0)} MB`, "1");
  row(`peak memory, calibration, ${IMAGES} images`, `${few.toFixed(0)} MB`, times(few / forward));
  row(
    `peak memory, calibration, ${MANY} images`,
    `${many.toFixed(0)} MB`,
    `${times(many / few)} of ${IMAGES}`,
  );
}

function fixedSpeed(model: string): void {
  const t = measure<{ float: number; fixed8: number; fixed16: number }>("speed", model, 20);
  for (const bits of [8, 16] as const) {
    const ms = t[`fixed${bits}`];
    row(`fixed-point model, ${bits} bit`, `${ms.toFixed(1)} ms an image`, times(ms / t.float));
  }
}

function peer(model: string, forward: number): void {
  if (!existsSync(PYTHON)) {
    row("ONNX Runtime's quantize_static", `not measured: ${PYTHON} is not there`, "");
    return;
  }
  for (const method of ["MinMax", "Entropy"]) {
    const args = [
      "bench/peers/ort_quantize.py",
      model,
      `${NETWORKS}/images${IMAGES}.npy`,
      `${NETWORKS}/peer.onnx`,
      "--method",
      method,
    ];
    const { seconds, peakRssMb } = lastJson<{ seconds: number; peakRssMb: number }>(PYTHON, args);
    row(
      `ONNX Runtime's quantize_static, ${method}, ${IMAGES} images`,
      `${(seconds * 1000).toFixed(0)} ms, ${peakRssMb.toFixed(0)} MB`,
      times((seconds * 1000) / forward),
    );
  }
}

for (const network of ["resnet18", "mobilenet_v2"]) {
  const model = `${NETWORKS}/${network}.onnx`;
  if (!existsSync(model)) throw new Error(`${model} is not there; run bash bench/prepare.sh, which makes it`);
  console.log(`\n### ${network}\n`);
  row("what", "measured", "ratio");
  row("---", "---", "---");
  const { forward } = calibration(model);
  memoryUse(model);
  fixedSpeed(model);
  peer(model, forward);
}
