import * as ort from "onnxruntime-node";
import type { Backend } from "../../core-ts/backend.ts";
import { createOrtBackend, type OrtOptions } from "../shared/ort-backend.ts";

// Warnings of the environment (not of a session) would go to stderr when the first session loads.
ort.env.logLevel = "error";

/** The native runtime. `threads`: of one operator; ORT's own choice, one per physical core, when absent. */
export function createNodeBackend(options: Pick<OrtOptions, "threads" | "optimization"> = {}): Backend {
  return createOrtBackend(ort, {
    ...options,
    reuseOutputs: true,
    name: `onnxruntime-node ${ort.env.versions.node ?? ""}`.trimEnd(),
  });
}
