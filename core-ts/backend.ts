import { UnsupportedError } from "./errors.ts";
import type { Tensor } from "./tensor/tensor.ts";

/** Tensors by value name. */
export type Feeds = ReadonlyMap<string, Tensor>;

/** A loaded model. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the model once. The tensors returned stay valid only until the next `run` or `release` of this session,
   * so that a backend may reuse its buffers; copy what must live longer.
   */
  run(feeds: Feeds): Promise<Map<string, Tensor>>;
  release(): Promise<void>;
}

/**
 * What a session's answers are for. "model": they decide what is written, and must be the same bits on every host and with any number of threads;
 * "report": they are only told, so that a runtime may let threads change the last bits of float sums (fixed-point models have none to change);
 * "piece": the same of one of many sessions that stand side by side, which should hold no memory between its runs.
 */
export type SessionUse = "model" | "report" | "piece";

/** What runs ONNX models; hosts build one on onnxruntime-common. */
export interface Backend {
  /** For logs, for instance "onnxruntime-node 1.30.0". */
  readonly name: string;
  /**
   * Loads a serialized ONNX model without external data; for use "model" when nothing is said.
   * @throws whatever the runtime throws; callers wrap it with the place.
   */
  createSession(model: Uint8Array, use?: SessionUse): Promise<Session>;
  /** Why this one runs nothing at all; absent: it runs models. */
  readonly unavailable?: string;
}

/** What stands in for a runtime where there is none: the parts that need no model to run still work. */
export function absentBackend(reason: string): Backend {
  return {
    name: "no runtime",
    unavailable: reason,
    async createSession() {
      throw new UnsupportedError(`no model can be run here: ${reason}`);
    },
  };
}
