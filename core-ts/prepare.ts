import { checkAborted } from "./aborted.ts";
import { findChip } from "./chips/index.ts";
import { cutOutputs } from "./edges/cut-outputs.ts";
import { type IntegerInputs, integerInputs } from "./edges/input-types.ts";
import { normalizationOf, normalizeInput } from "./edges/normalize-input.ts";
import { ConfigError, UnsupportedError } from "./errors.ts";
import { checkInputTypes, fromOnnx } from "./frontends/onnx/index.ts";
import type { GraphValue, Model } from "./graph/graph.ts";
import { KNIGHT_DOMAIN } from "./graph/graph.ts";
import { nearest } from "./nearest.ts";
import type { ObserverName } from "./observers/index.ts";
import type { ExternalReader } from "./onnx/read.ts";
import { SCALE_KEEPING_PASSES } from "./passes/index.ts";
import { optimize } from "./passes/optimize.ts";
import type { ModelEdge, PipelineHost, Prepared, QuantOptions } from "./pipeline.ts";
import { knownScales } from "./plan/known-scales.ts";
import { hasLayerNormalization } from "./plan/layer-threshold.ts";
import { makePlan } from "./plan/make-plan.ts";
import type { PlanOptions } from "./plan/options.ts";
import { floatLayers, type QuantPlan } from "./plan/plan.ts";
import { takeOutPairs } from "./qdq/take-out-pairs.ts";
import { checkSamplesStayApart, isDynamicBatch } from "./specialize/index.ts";

function edges(values: Model["graph"]["inputs"]): ModelEdge[] {
  return values.map(({ name, type }) => ({ name, dtype: type?.dtype ?? "float32", dims: type?.dims ?? [] }));
}

const EXCLUDE_OPTION = "--exclude";

/** An output whose shape the file leaves open has that of the run. */
function stated(output: GraphValue, run: Model, dynamicBatch: boolean): GraphValue {
  if (output.type?.dims) return output;
  const type = run.graph.types.get(output.name) ?? null;
  if (!type?.dims || !dynamicBatch) return { ...output, type };
  return { ...output, type: { ...type, dims: type.dims.map((dim, axis) => (axis === 0 ? null : dim)) } };
}

/** bytes → model, refused when it can't be quantized. */
async function readFloat(bytes: Uint8Array, external: ExternalReader | undefined): Promise<Model> {
  const model = await fromOnnx(bytes, { external });
  if (model.opsets.has(KNIGHT_DOMAIN)) {
    throw new UnsupportedError(
      "this model is already a fixed-point model (it holds ai.knight ops); quantize the float model, or run it with -r infer",
    );
  }
  checkInputTypes(model);
  return model;
}

/** The edges of the model as the options want them, in place: outputs cut, the first input normalised. */
function setEdges(model: Model, options: QuantOptions): { types: IntegerInputs; notes: string[] } {
  const normalization = normalizationOf(options.mean, options.std);
  const notes = options.outputNames ? cutOutputs(model.graph, options.outputNames) : [];
  const types = integerInputs(model.graph.inputs, options.inputTypes ?? []);
  if (normalization) normalizeInput(model.graph, normalization);
  return { types, notes };
}

/** The optimized model at batch 1, for calibration, and at the batch of the written model; values whose scales are known stay what they are. */
async function atBothBatches(model: Model, batch: number, host: PipelineHost, isKnown: boolean) {
  const passes = isKnown ? SCALE_KEEPING_PASSES : undefined;
  const calibration = await optimize(model, 1, host.backend, passes);
  checkAborted(host);
  if (batch === 1) return { calibration, target: calibration };
  const target = await optimize(model, batch, host.backend, passes);
  await checkSamplesStayApart(calibration.model, target.model, batch, host.backend);
  checkAborted(host);
  return { calibration, target };
}

/** What of the options the plan depends on. @throws ConfigError for an unknown chip. */
function basicPlanOptions(options: QuantOptions): PlanOptions {
  const { bits, mode: observer, mix, lutLen: lutLength, unifyScales, layerThreshold } = options;
  const floatNodes = new Set(options.exclude);
  return {
    chip: findChip(options.chip),
    bits,
    observer,
    mix,
    floatNodes,
    lutLength,
    unifyScales,
    layerThreshold,
  };
}

/** Options that find nothing to act on in this model. */
function idleOptions(plan: QuantPlan, { layerThreshold }: QuantOptions): string[] {
  return layerThreshold === undefined || hasLayerNormalization(plan)
    ? []
    : ["-lt/--layer-threshold has no effect: no LayerNormalization of this model becomes integer"];
}

/** @throws ConfigError for names that are no nodes of the optimized model. */
function checkExcluded(graph: Model["graph"], names: readonly string[]): void {
  const known = graph.nodes.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint = nearest(name, known);
    throw new ConfigError(
      `${EXCLUDE_OPTION} names "${name}", and the optimized model has no node of that name; ${hint ? `did you mean "${hint}"?` : "the table of layers, steps/optimized_float.onnx and -gt have the names"}`,
      { option: EXCLUDE_OPTION, value: name },
    );
  }
}

/** model bytes → frontend → QDQ pairs taken out → passes → plan. @throws ModelError, UnsupportedError, ConfigError. */
export async function prepare(
  bytes: Uint8Array,
  options: QuantOptions,
  host: PipelineHost,
  external?: ExternalReader,
): Promise<Prepared> {
  const basic = basicPlanOptions(options);
  const model = await readFloat(bytes, external);
  const { types: inputTypes, notes } = setEdges(model, options);
  const known = takeOutPairs(model.graph);
  const dynamicBatch = isDynamicBatch(model);
  checkAborted(host);
  const batch = dynamicBatch ? options.irBatch : 1;
  const { calibration, target } = await atBothBatches(model, batch, host, known !== undefined);
  const planOptions = { ...basic, inputTypes, known };
  checkExcluded(target.model.graph, options.exclude ?? []);
  const plan = makePlan(target.model.graph, planOptions);
  return {
    inputs: edges(model.graph.inputs).map((edge) => {
      const dtype = inputTypes.get(edge.name);
      return dtype ? { ...edge, dtype, takesIntegers: true } : edge;
    }),
    outputs: edges(model.graph.outputs.map((output) => stated(output, calibration.model, dynamicBatch))),
    dynamicBatch,
    options,
    planOptions,
    plan,
    knownScales: knownScales(plan),
    floatLayers: floatLayers(plan),
    notes: [...notes, ...calibration.notes, ...idleOptions(plan, options)],
    outputNameToNodeName: new Map(
      target.model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node.name] as const)),
    ),
    calibrationModel: calibration.model,
    targetModel: target.model,
  };
}

/** The same preparation with another plan, for which `options` stands besides. */
function replanned(
  prepared: Prepared,
  change: Partial<PlanOptions>,
  options: Partial<QuantOptions>,
): Prepared {
  const planOptions = { ...prepared.planOptions, ...change };
  const plan = makePlan(prepared.targetModel.graph, planOptions);
  return {
    ...prepared,
    options: { ...prepared.options, ...options },
    planOptions,
    plan,
    floatLayers: floatLayers(plan),
  };
}

/** The same preparation with another observer; statistics gathered for one plan serve the other. */
export function withMode(prepared: Prepared, mode: ObserverName): Prepared {
  return replanned(prepared, { observer: mode }, { mode });
}

/** The same preparation with these nodes, and no others, held float. Its plan may need statistics that the other plan does not. */
export function withFloatNodes(prepared: Prepared, names: ReadonlySet<string>): Prepared {
  return replanned(prepared, { floatNodes: names }, { exclude: [...names] });
}
