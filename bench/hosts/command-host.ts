import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { BenchHost, BenchJob, Measured } from "./host.ts";
import { watchMemory } from "./memory.ts";

/** A command line of Knight, and what it needs. */
export interface KnightCommand {
  readonly name: string;
  readonly file: string;
  /** In front of `quant`. */
  readonly before: readonly string[];
  readonly backend: "native" | "wasm";
  readonly threads: number;
}

function commandLine({ before, backend, threads }: KnightCommand, job: BenchJob, folder: string): string[] {
  const batches = Math.ceil(job.samples / job.batchSize);
  return [
    ...[...before, "quant", "-m", job.model, "-if", "infer_files", "-d", job.data, "-s", folder],
    ...["-bs", job.batchSize, "-i", batches, "-cn", threads, "--backend", backend].map(String),
    ...job.args,
  ];
}

/** Runs a program to its end; `peakMb` is its VmHWM. */
function measured(file: string, args: readonly string[]): Promise<Omit<Measured, "sha256">> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
    const memory = watchMemory(() => [child.pid!]);
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const seconds = (performance.now() - start) / 1000;
      const peakMb = memory.stop();
      if (code === 0) resolve({ seconds, peakMb });
      else reject(new Error(`${file} ${args.join(" ")} ended with ${code}:\n${err}`));
    });
  });
}

/** A host that has the command line. */
export function commandHost(command: KnightCommand): BenchHost {
  const needed = [command.file, ...command.before.filter((arg) => arg.startsWith("/"))];
  return {
    name: command.name,
    unavailable() {
      const missing = needed.find((path) => !existsSync(path));
      return missing && `${missing} is not there`;
    },
    async run(job) {
      const folder = mkdtempSync(join(job.scratch, "run-"));
      try {
        const result = await measured(command.file, commandLine(command, job, folder));
        const model = readFileSync(join(folder, `${basename(job.model, ".onnx")}_quantize.onnx`));
        return { ...result, sha256: createHash("sha256").update(model).digest("hex") };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
