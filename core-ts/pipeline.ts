import { checkAborted } from "./aborted.ts";
import type { Backend, Feeds } from "./backend.ts";
import { Calibrator, openSession } from "./calibrate/calibrate.ts";
import type { Ranges } from "./calibrate/ranges.ts";
import type { BitWidth } from "./chips/index.ts";
import { floatFeeds, type InputType } from "./edges/input-types.ts";
import { emitAllOutputs, emitFixed, type IrForm, type Provenance } from "./emit/fixed.ts";
import { qdqForm } from "./emit/qdq.ts";
import { FixedEvaluation } from "./evaluate/evaluation.ts";
import { LayerComparison, type LayerListener } from "./evaluate/layers.ts";
import { type LayersAlone, NOTHING_ALONE, OwnErrors } from "./evaluate/own-errors.ts";
import type { Dim, Model } from "./graph/graph.ts";
import { verifyGraph } from "./graph/verify.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { ObserverName } from "./observers/index.ts";
import { writeModel } from "./onnx/write.ts";
import type { KnownScales } from "./plan/known-scales.ts";
import type { Mix, PlanOptions } from "./plan/options.ts";
import { type FloatLayer, floatLayers, type QuantPlan } from "./plan/plan.ts";
import { quantize } from "./quantize/quantize.ts";
import type { QuantizedGraph, ScaleEntry } from "./quantize/quantized.ts";
import type { LayerError } from "./report/layer-error.ts";
import type { DType } from "./tensor/dtype.ts";
import type { Tensor } from "./tensor/tensor.ts";

export { prepare, withFloatNodes, withMode } from "./prepare.ts";

export type LogLevel = "debug" | "info" | "warning" | "error";

/** Everything the core needs from the host it runs in. */
export interface PipelineHost {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly log: (level: LogLevel, message: string) => void;
  readonly signal?: AbortSignal;
  readonly toolVersion: string;
}

export interface QuantOptions {
  readonly chip: string;
  readonly bits: BitWidth;
  readonly mode: ObserverName;
  /** Share of |x| that mode percentile keeps. */
  readonly percent: number;
  /** Batch of the written model, where the float model's is dynamic. */
  readonly irBatch: number;
  /** log2 of the entries of 16-bit tables, 8..12. */
  readonly lutLen: number;
  readonly outputDequant: boolean;
  /** Form of the written model; absent: fixed. */
  readonly ir?: IrForm;
  /** Types of the quantized model's inputs, one for all or one each; absent: float32, as in the float model. */
  readonly inputTypes?: readonly InputType[];
  /** (x - mean)/std in front of the first input, one number or one per channel; absent: the model takes what it took. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Nodes or values that become the model's outputs; absent: those it has. */
  readonly outputNames?: readonly string[];
  /** Nodes with a precision of their own; absent: all as `bits` and `mode` say. */
  readonly mix?: Mix;
  /** Names of nodes of the optimized model that stay float; absent: none. */
  readonly exclude?: readonly string[];
  /** Inputs of a Concat share one scale; absent: each its own. */
  readonly unifyScales?: boolean;
  /** Largest magnitude at the input and output of LayerNormalization, above 0; absent: what the observer finds. */
  readonly layerThreshold?: number;
}

/** An input or output of the model; a dynamic dimension is a symbol or null. */
export interface ModelEdge {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly Dim[];
  /** An input of -qid: fed integers, or float32 that holds whole numbers. */
  readonly takesIntegers?: boolean;
}

/** A model that is read, optimized and planned, before any data. */
export interface Prepared {
  readonly inputs: readonly ModelEdge[];
  readonly outputs: readonly ModelEdge[];
  readonly dynamicBatch: boolean;
  readonly options: QuantOptions;
  /** What the plan was made from, so that another observer's can be made. */
  readonly planOptions: PlanOptions;
  readonly plan: QuantPlan;
  /** What a QDQ model knew of its own scales; undefined for a float model. */
  readonly knownScales?: KnownScales;
  readonly floatLayers: readonly FloatLayer[];
  /** What the passes did and refused to do. */
  readonly notes: readonly string[];
  readonly outputNameToNodeName: ReadonlyMap<string, string>;
  /** The optimized float model that calibration runs: batch 1 where the batch is dynamic. */
  readonly calibrationModel: Model;
  /** The optimized float model at the batch of the written model. */
  readonly targetModel: Model;
}

/** A calibration under way; also gives the float model's answers. */
export interface Calibration {
  forward(feeds: Feeds): Promise<Map<string, Tensor>>;
  readonly samples: number;
  ranges(): Ranges;
  stop(): Promise<void>;
}

/** plan → calibrate, one batch alive at a time. */
export async function startCalibration(prepared: Prepared, host: PipelineHost): Promise<Calibration> {
  const calibrator = await Calibrator.open(
    prepared.calibrationModel,
    prepared.plan,
    host,
    prepared.dynamicBatch,
  );
  return {
    forward(feeds) {
      checkAborted(host);
      return calibrator.forward(floatFeeds(feeds, prepared.plan.inputTypes ?? new Map()));
    },
    get samples() {
      return calibrator.samples;
    },
    ranges: () => calibrator.ranges(),
    stop: () => calibrator.close(),
  };
}

/** The written model and what is worth telling about it. */
export interface QuantizedModel {
  readonly bytes: Uint8Array;
  /** The same model with every layer as an output. */
  allOutputs(): Uint8Array;
  readonly scales: ReadonlyMap<string, ScaleEntry>;
  readonly warnings: readonly string[];
  readonly summary: { readonly integerNodes: number; readonly floatNodes: number };
  /** What stays float: what the plan said, and heads whose branches no one scale holds. */
  readonly floatLayers: readonly FloatLayer[];
  readonly quantized: QuantizedGraph;
  readonly provenance: Provenance;
}

/** ranges → quantize → emit in the wanted form. @throws HardwareRangeError, DataError. */
export function quantizeModel(prepared: Prepared, ranges: Ranges, host: PipelineHost): QuantizedModel {
  const { options, plan, targetModel } = prepared;
  const fixed = quantize(targetModel.graph, plan, ranges, { ...options, kernels: host.kernels });
  const quantized = options.ir === "qdq" ? qdqForm(targetModel.graph, fixed) : fixed;
  verifyGraph(quantized.graph);
  const provenance: Provenance = {
    chip: plan.chip,
    toolVersion: host.toolVersion,
    bits: options.mix ? "mixed" : options.bits,
    quantMode: options.mix ? "mixed" : options.mode,
    ir: options.ir ?? "fixed",
  };
  const count = (kind: string) => quantized.plan.nodes.filter((node) => node.kind === kind).length;
  return {
    bytes: writeModel(emitFixed(quantized, provenance)),
    allOutputs: () => writeModel(emitAllOutputs(quantized, provenance)),
    scales: quantized.scales,
    warnings: quantized.warnings,
    summary: { integerNodes: count("integer"), floatNodes: count("float") },
    floatLayers: floatLayers(quantized.plan),
    quantized,
    provenance,
  };
}

/** The fixed model on test data; outputs in real units. */
export interface Evaluation {
  forward(feeds: Feeds): Promise<Map<string, Tensor>>;
  /** Per layer, over the runs that were compared, in topological order. */
  layers(): LayerError[];
  /** What single layers were and did, over `ownRuns`. */
  alone(): LayersAlone;
  stop(): Promise<void>;
}

export interface EvaluationOptions {
  /** Runs to compare layer by layer; 8 by default, all of them when there is a listener. */
  readonly comparedRuns?: number;
  /** Of those, runs in which what each layer does by itself is measured too; none by default. Takes three more sessions. */
  readonly ownRuns?: number;
  readonly onLayer?: LayerListener;
}

/** Loads the fixed model, and both models with all layers visible for the first runs. */
export async function startEvaluation(
  prepared: Prepared,
  model: QuantizedModel,
  host: PipelineHost,
  options: EvaluationOptions = {},
): Promise<Evaluation> {
  const { quantized, provenance } = model;
  const session = await openSession(
    host.backend,
    emitFixed(quantized, provenance),
    "the fixed-point model",
    "report",
  );
  const runs = options.onLayer ? Number.POSITIVE_INFINITY : (options.comparedRuns ?? 8);
  const comparison =
    runs > 0
      ? await LayerComparison.open(
          host.backend,
          { float: prepared.targetModel, fixed: emitAllOutputs(quantized, provenance) },
          quantized,
          { listener: options.onLayer },
        )
      : LayerComparison.ofNothing(quantized);
  const models = { float: prepared.targetModel, fixed: emitFixed(quantized, provenance) };
  const own = options.ownRuns ? await OwnErrors.open(host, models, quantized, options.ownRuns) : undefined;
  const budget = { runs, own };
  const evaluation = new FixedEvaluation(session, quantized, prepared.targetModel, comparison, budget);
  return {
    forward(feeds) {
      checkAborted(host);
      return evaluation.forward(feeds, prepared.dynamicBatch ? prepared.options.irBatch : undefined);
    },
    layers: () => evaluation.layers(host.kernels),
    alone: () => own ?? NOTHING_ALONE,
    stop: () => evaluation.close(),
  };
}
