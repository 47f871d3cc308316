import type { StoredError } from "../../../../conformance/case-file.ts";
import { errorCase, filled } from "./error-case.ts";

/** Runs that end although model, options and data are sound. */
export function endedRuns(): StoredError[] {
  return [
    errorCase({
      title: "stopped by the user",
      abort: true,
      code: "ABORTED",
      says: ["stopped"],
    }),
    errorCase({
      title: "an output a hundred million times finer than its sum",
      model: {
        inputs: { x: [1, 1] },
        constants: { w: filled([1, 1], [1]), low: filled([], [0]), high: filled([], [1e-8]) },
        nodes: [
          ["c", "Gemm", "x w"],
          ["y", "Clip", "c low high"],
        ],
        outputs: "y",
      },
      data: [{ x: filled([1, 1], [1]) }],
      code: "HARDWARE_RANGE",
      where: { node: "node_c" },
      says: ['"node_c"', "[0, 31]"],
    }),
  ];
}
