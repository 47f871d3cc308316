import type { Backend, Feeds } from "../backend.ts";
import { copyOf } from "../calibrate/batches.ts";
import { inferenceInputs } from "../edges/inference-inputs.ts";
import { floatFeeds, type InputType, type IntegerInputs, integerFeeds } from "../edges/input-types.ts";
import { IR_KEY, OUTPUTS_KEY, SCALES_KEY } from "../emit/fixed.ts";
import { ModelError, reasonOf } from "../errors.ts";
import { type GraphValue, KNIGHT_DOMAIN, type Model } from "../graph/graph.ts";
import { type ExternalReader, readModel } from "../onnx/read.ts";
import { writeModel } from "../onnx/write.ts";
import type { OutputForm, ScaleEntry } from "../quantize/quantized.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { realOutputs } from "./outputs.ts";

/** A float or fixed-point model loaded for inference (-r infer). */
export interface Inference {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Whether it is a quantized model of ours, fixed-point or QDQ. */
  readonly quantized: boolean;
  /** Inputs that are fed integers, or float32 that holds whole numbers. */
  readonly integerInputs: IntegerInputs;
  readonly model: Model;
  /** Outputs in real units, whatever the file holds. */
  forward(feeds: Feeds): Promise<Map<string, Tensor>>;
  stop(): Promise<void>;
}

function jsonTable<T>(model: Model, key: string): ReadonlyMap<string, T> {
  const text = model.metadata.get(key);
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, T>));
  } catch (cause) {
    throw new ModelError(`metadata "${key}" of the model is not JSON; quantize the float model again`, {
      cause,
    });
  }
}

/** @param inputTypes -qid. @throws ModelError when the file is no model, or the runtime refuses it; ConfigError when -qid contradicts it. */
export async function openInference(
  bytes: Uint8Array,
  backend: Backend,
  external?: ExternalReader,
  inputTypes: readonly InputType[] = [],
): Promise<Inference> {
  let isSplit = false;
  const model = await readModel(bytes, {
    external:
      external &&
      ((...part) => {
        isSplit = true;
        return external(...part);
      }),
  });
  const constants = model.graph.initializers;
  const inputs = model.graph.inputs.filter(({ name }) => !constants.has(name));
  const quantized = model.opsets.has(KNIGHT_DOMAIN) || model.metadata.get(IR_KEY) === "qdq";
  const types = inferenceInputs(inputs, quantized, inputTypes);
  const scales = jsonTable<ScaleEntry>(model, SCALES_KEY);
  const forms = jsonTable<OutputForm>(model, OUTPUTS_KEY);
  // The runtime gets bytes, not a path: it can't find data files itself.
  const whole = isSplit ? writeModel(model) : bytes;
  const session = await backend.createSession(whole, "report").catch((cause: unknown) => {
    throw new ModelError(`${backend.name} can't load the model: ${reasonOf(cause)}`, { cause });
  });
  return {
    inputs,
    outputs: model.graph.outputs,
    quantized,
    integerInputs: types,
    model,
    async forward(feeds) {
      const raw = await session.run(quantized ? integerFeeds(feeds, types) : floatFeeds(feeds, types));
      return realOutputs(new Map([...raw].map(([name, t]) => [name, copyOf(t)])), forms, scales);
    },
    stop: () => session.release(),
  };
}
