import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "../../hosts/node/files.ts";
import { loadNodeImages } from "../../hosts/node/images.ts";
import { loadNodeReportPage } from "../../hosts/node/report-page.ts";
import { loadScript } from "../../hosts/node/script.ts";
import { runKnight } from "../../hosts/shared/cli/run.ts";
import type { Ports } from "../../hosts/shared/ports.ts";
import { nodeBackend } from "./backends.ts";
import { loadKernels } from "./kernels.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Node's ports, with streams that are kept instead of shown; no terminal, no colours. */
export function recordingPorts(more: Partial<Ports> = {}): {
  ports: Ports;
  out: () => string;
  err: () => string;
} {
  let [out, err] = ["", ""];
  const ports: Ports = {
    terminal: {
      out(text) {
        out += text;
      },
      err(text) {
        err += text;
      },
      errIsTerminal: false,
      outColors: false,
      errColors: false,
    },
    files: nodeFiles,
    defaults: { place: "nowhere", chip: async () => undefined, storeChip: async () => undefined },
    now: () => performance.now(),
    startBar: () => {
      throw new Error("a bar was asked for without a terminal");
    },
    signal: new AbortController().signal,
    loadScript,
    createBackend: async () => nodeBackend(),
    loadKernels: () => loadKernels("simd"),
    loadImages: loadNodeImages,
    loadReportPage: loadNodeReportPage,
    cpuCount: 2,
    version: "0.0.0-test",
    ...more,
  };
  return { ports, out: () => out, err: () => err };
}

/** The command in this process, on the sources. */
export async function knight(args: readonly string[], more: Partial<Ports> = {}): Promise<Outcome> {
  const { ports, out, err } = recordingPorts(more);
  const code = await runKnight(args, ports);
  return { code, out: out(), err: err() };
}

/** A folder of its own for each test. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), "knight-test-"));

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** Everything below, relative and sorted. */
  list(): string[] {
    return (readdirSync(this.path, { recursive: true }) as string[]).sort();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
