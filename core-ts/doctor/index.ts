/** Looks at a model before any calibration: what will stay float, and which spots are risky. */
import type { Feeds } from "../backend.ts";
import { openSession, withOutputs } from "../calibrate/calibrate.ts";
import { DataError, KnightError } from "../errors.ts";
import type { ExternalReader } from "../onnx/read.ts";
import {
  type PipelineHost,
  type Prepared,
  prepare,
  type QuantOptions,
  startCalibration,
} from "../pipeline.ts";
import { elementCount, type Tensor, tensor } from "../tensor/tensor.ts";
import { xorshift32 } from "../xorshift.ts";
import type { Check, Finding, Patient } from "./finding.ts";
import { dynamicBatch, staysFloat, unfoldedBatchNorm, unreadInputs } from "./plan-checks.ts";
import { deadChannels, linearNodes, unlikeChannels, unlikeRanges } from "./range-checks.ts";

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

/** Roughly normal numbers, the same on every host: sums of four uniform ones. */
function noise(count: number): Float32Array {
  const next = xorshift32(2463534242);
  const uniform = () => next() / 4294967296;
  return Float32Array.from(
    { length: count },
    () => (uniform() + uniform() + uniform() + uniform() - 2) * 1.7,
  );
}

/** Largest |x| of each channel: axis 1, which is the last one of a matrix. */
function channelSizes(t: Tensor): Float64Array {
  if (t.dtype !== "float32" || t.dims.length < 2) return new Float64Array(0);
  const sizes = new Float64Array(t.dims[1]!);
  const inner = elementCount(t.dims.slice(2));
  for (let i = 0; i < t.data.length; i++) {
    const c = Math.floor(i / inner) % sizes.length;
    sizes[c] = Math.max(sizes[c]!, Math.abs(t.data[i]!));
  }
  return sizes;
}

function randomFeeds(prepared: Prepared): Feeds {
  return new Map(
    prepared.calibrationModel.graph.inputs.map(({ name, type }) => {
      const dims = type!.dims as readonly number[];
      return [name, tensor("float32", dims, noise(elementCount(dims)))] as const;
    }),
  );
}

/** Ranges of one random sample. */
async function estimate(prepared: Prepared, host: PipelineHost): Promise<Patient> {
  const { calibrationModel: model } = prepared;
  const values = linearNodes({ prepared }).flatMap((plan) => (plan.kind === "integer" ? plan.outputs : []));
  const seen = await openSession(
    host.backend,
    { ...model, graph: withOutputs(model.graph, values) },
    "the float model",
  );
  const calibration = await startCalibration(prepared, host);
  try {
    const feeds = randomFeeds(prepared);
    const results = await seen.run(feeds);
    const channels = new Map(values.map((value) => [value, channelSizes(results.get(value)!)]));
    await calibration.forward(feeds);
    return { prepared, ranges: calibration.ranges(), channels };
  } finally {
    await calibration.stop();
    await seen.release();
  }
}

/** The model on random data, or, where that ends in NaN or Inf, without any, and a finding that says so. */
async function admit(
  prepared: Prepared,
  host: PipelineHost,
): Promise<{ patient: Patient; found: Finding[] }> {
  try {
    return { patient: await estimate(prepared, host), found: [] };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const patient = { prepared, ranges: { stats: new Map(), samples: 0 }, channels: new Map() };
    const finding: Finding = {
      severity: "warning",
      check: "random-data",
      place: error.where.value ?? "",
      what: `random data end in NaN or Inf: ${error.message}; ranges were not looked at`,
      remedy:
        "if real data do too, mend the float model; an op such as Log takes no negative numbers, and random data have some",
    };
    return { patient, found: [finding] };
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
    const { patient, found } = await admit(await prepare(bytes, options, host, external), host);
    found.push(...Object.values(CHECKS).flatMap((check) => check(patient)));
    return found.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  } catch (error) {
    return fatal(error);
  }
}
