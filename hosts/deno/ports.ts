import { fileURLToPath } from "node:url";
import { filesOn } from "../shared/files/files.ts";
import type { Ports } from "../shared/ports.ts";
import { chooseDenoBackend } from "./backend.ts";
import { denoDefaults } from "./defaults.ts";
import { denoFileSystem } from "./file-system.ts";
import { loadDenoImages } from "./images.ts";
import { loadDenoKernels } from "./kernels.ts";
import { denoPeakMemory } from "./peak-memory.ts";
import { runPython, startPython } from "./python.ts";
import { loadDenoReportPage } from "./report-page.ts";
import { loadScript } from "./script.ts";
import { denoTerminal, startBar } from "./terminal.ts";
import { PACKAGE_VERSION } from "./version.ts";

declare const navigator: { readonly hardwareConcurrency: number };

/** What the command needs, from Deno. */
export function denoPorts(signal: AbortSignal): Ports {
  return {
    terminal: denoTerminal,
    files: filesOn(denoFileSystem),
    defaults: denoDefaults(),
    now: () => performance.now(),
    startBar,
    signal,
    loadScript,
    runPython,
    startPython,
    createBackend: chooseDenoBackend,
    loadKernels: loadDenoKernels,
    loadImages: loadDenoImages,
    loadRasterizer: async () => (await import("./rasterizer.ts")).loadDenoRasterizer(),
    loadReportPage: loadDenoReportPage,
    peakMemory: denoPeakMemory,
    demoFolder: fileURLToPath(new URL("../../examples/digits", import.meta.url)),
    cpuCount: navigator.hardwareConcurrency,
    version: PACKAGE_VERSION,
  };
}
