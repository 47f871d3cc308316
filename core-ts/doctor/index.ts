/** Looks at a model before any calibration: what will stay float, and which spots are risky. */
import { KnightError } from "../errors.ts";
import type { ExternalReader } from "../onnx/read.ts";
import {
  type PipelineHost,
  type Prepared,
  prepare,
  type QuantOptions,
  startCalibration,
} from "../pipeline.ts";
import { elementCount, tensor } from "../tensor/tensor.ts";
import type { Check, Finding, Patient } from "./finding.ts";
import { dynamicBatch, staysFloat, unfoldedBatchNorm, unreadInputs } from "./plan-checks.ts";
import { deadChannels, unlikeChannels, unlikeRanges } from "./range-checks.ts";

export type { Finding, Severity } from "./finding.ts";

const CHECKS = {
  staysFloat,
  unfoldedBatchNorm,
  unlikeRanges,
  unlikeChannels,
  deadChannels,
  unreadInputs,
  dynamicBatch,
} as const satisfies Record<string, Check>;

const ORDER = { error: 0, warning: 1, note: 2 } as const;

/** Roughly normal numbers, the same on every host: sums of four uniform ones (xorshift32, G. Marsaglia 2003). */
function noise(count: number): Float32Array {
  let state = 2463534242;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  return Float32Array.from(
    { length: count },
    () => (uniform() + uniform() + uniform() + uniform() - 2) * 1.7,
  );
}

/** Ranges of one random sample. */
async function estimate(prepared: Prepared, host: PipelineHost): Promise<Patient> {
  const calibration = await startCalibration(prepared, host);
  try {
    const feeds = prepared.calibrationModel.graph.inputs.map(({ name, type }) => {
      const dims = type!.dims as readonly number[];
      return [name, tensor("float32", dims, noise(elementCount(dims)))] as const;
    });
    await calibration.forward(new Map(feeds));
    return { prepared, ranges: calibration.ranges() };
  } finally {
    await calibration.stop();
  }
}

/** What stops a model from being quantized at all. */
function fatal(error: unknown): Finding[] {
  if (!(error instanceof KnightError) || error.code === "ABORTED" || error.code === "INTERNAL") throw error;
  const { node, value, file } = error.where;
  return [
    {
      severity: "error",
      check: "cannot-quantize",
      place: node ?? value ?? file ?? "",
      what: error.message,
      remedy: "see the message; the model can't be quantized before this is mended",
    },
  ];
}

/** Findings, errors first; empty for a model without anything to tell. */
export async function examine(
  bytes: Uint8Array,
  options: QuantOptions,
  host: PipelineHost,
  external?: ExternalReader,
): Promise<Finding[]> {
  try {
    const patient = await estimate(await prepare(bytes, options, host, external), host);
    const found = Object.values(CHECKS).flatMap((check) => check(patient));
    return found.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  } catch (error) {
    return fatal(error);
  }
}
