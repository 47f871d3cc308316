import { availableParallelism } from "node:os";
import { backendChooser } from "../shared/backend-choice.ts";
import type { Ports } from "../shared/ports.ts";
import { nodeDefaults } from "./defaults.ts";
import { nodeFiles } from "./files.ts";
import { loadNodeKernels } from "./kernels.ts";
import { demoFolder, packageVersion } from "./package-root.ts";
import { nodeTerminal, startBar } from "./terminal.ts";

/** What the command needs, from Node. The runtime and the script loader are large: they are loaded when they are used. */
export function nodePorts(signal: AbortSignal): Ports {
  return {
    terminal: nodeTerminal,
    files: nodeFiles,
    defaults: nodeDefaults(),
    now: () => performance.now(),
    startBar,
    signal,
    loadScript: async (path) => (await import("./script.ts")).loadScript(path),
    runPython: async (run) => (await import("./python.ts")).runPython(run),
    startPython: async (start) => (await import("./python.ts")).startPython(start),
    createBackend: backendChooser({
      native: async (threads) => (await import("./ort.ts")).createNodeBackend({ threads }),
      wasm: async (threads) => (await import("./wasm.ts")).createNodeWasmBackend({ threads }),
    }),
    loadKernels: loadNodeKernels,
    loadImages: async () => (await import("./images.ts")).loadNodeImages(),
    loadRasterizer: async () => (await import("./rasterizer.ts")).loadNodeRasterizer(),
    loadReportPage: async () => (await import("./report-page.ts")).loadNodeReportPage(),
    // Kilobytes.
    peakMemory: async () => process.resourceUsage().maxRSS * 1024,
    demoFolder: demoFolder(),
    cpuCount: availableParallelism(),
    version: packageVersion(),
  };
}
