import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor as OrtTensor,
  TensorConstructor,
} from "onnxruntime-common";
import type { Backend, Feeds, Session } from "../../core-ts/backend.ts";
import { DataError, UnsupportedError } from "../../core-ts/errors.ts";
import type { DType } from "../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";

/** The part of a runtime that follows onnxruntime-common: onnxruntime-node, onnxruntime-web and its sub-exports all have it. */
export interface OrtRuntime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

export interface OrtOptions {
  /** For logs, for instance "onnxruntime-node 1.30.0". */
  readonly name: string;
  /** Threads of one operator; only onnxruntime-node reads it (the web runtime has `env.wasm.numThreads`). */
  readonly threads?: number;
  /**
   * Whether a session writes each run's outputs where it wrote the last one's: no allocation and no page faults for the tensors that
   * calibration taps. For onnxruntime-node only; onnxruntime-web would return stale data (spec/feasibility.md).
   */
  readonly reuseOutputs?: boolean;
  /** ORT's graph optimization level; "all" when absent. */
  readonly optimization?: InferenceSession.SessionOptions["graphOptimizationLevel"];
}

/** Element types that ORT's JavaScript API carries. */
const CARRIED = {
  float32: true,
  uint8: true,
  int8: true,
  uint16: true,
  int16: true,
  int32: true,
  int64: true,
  string: true,
  bool: true,
  float16: true,
  float64: true,
  uint32: true,
  uint64: true,
  uint4: true,
  int4: true,
} as const satisfies Partial<Record<DType, true>>;

function isCarried(dtype: DType): dtype is keyof typeof CARRIED {
  return dtype in CARRIED;
}

/** @throws UnsupportedError for the element types ORT's JavaScript API does not carry (bfloat16, float8, complex, float4). */
export function toOrt(runtime: OrtRuntime, t: Tensor, value: string): OrtTensor {
  if (!isCarried(t.dtype)) {
    throw new UnsupportedError(
      `value "${value}" is ${t.dtype}, which ONNX Runtime's JavaScript API does not carry; cast it to float32`,
      { value },
    );
  }
  return new runtime.Tensor(t.dtype, t.data as never, t.dims);
}

/** Engines with a Float16Array hand float16 out as one; our tensors hold the bit patterns. */
function storage(t: OrtTensor): OrtTensor["data"] {
  const { data } = t;
  if (t.type !== "float16" || data instanceof Uint16Array || !ArrayBuffer.isView(data)) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}

export function fromOrt(t: OrtTensor): Tensor {
  return { dtype: t.type, dims: t.dims, data: storage(t) } as Tensor;
}

class OrtSession implements Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Outputs of the last run, into which the next one writes; undefined while there are none that may be. */
  #buffers: InferenceSession.FetchesType | undefined;

  constructor(
    private readonly runtime: OrtRuntime,
    private readonly session: InferenceSession,
    private readonly reuseOutputs: boolean,
  ) {
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
  }

  async run(feeds: Feeds): Promise<Map<string, Tensor>> {
    const given: Record<string, OrtTensor> = {};
    for (const name of this.inputNames) {
      const t = feeds.get(name);
      if (!t) {
        const found = [...feeds.keys()].map((key) => `"${key}"`).join(", ");
        throw new DataError(
          `input "${name}" is missing; the data given are for ${found || "no input"}; feed every input of the model`,
          { value: name },
        );
      }
      given[name] = toOrt(this.runtime, t, name);
    }
    const results = await this.#results(given);
    return new Map(this.outputNames.map((name) => [name, fromOrt(results[name]!)]));
  }

  async #results(given: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> {
    if (this.#buffers !== undefined) return this.session.run(given, this.#buffers);
    const results = await this.session.run(given);
    if (this.reuseOutputs && this.#outputsAreStatic()) {
      const again = ([name, { type, data, dims }]: [string, OrtTensor]) =>
        [name, new this.runtime.Tensor(type, data as never, dims)] as const;
      this.#buffers = Object.fromEntries(Object.entries(results).map(again));
    }
    return results;
  }

  #outputsAreStatic(): boolean {
    // An output that is an input lies in the caller's memory.
    if (this.outputNames.some((name) => this.inputNames.includes(name))) return false;
    return this.session.outputMetadata.every(
      (output) =>
        output.isTensor &&
        output.type !== "string" &&
        output.shape.every((dim) => typeof dim === "number" && dim > 0),
    );
  }

  release(): Promise<void> {
    this.#buffers = undefined;
    return this.session.release();
  }
}

/** A Backend on any runtime that follows onnxruntime-common. It is quiet: only errors are logged. */
export function createOrtBackend(runtime: OrtRuntime, options: OrtOptions): Backend {
  const sessionOptions: InferenceSession.SessionOptions = {
    logSeverityLevel: 3,
    graphOptimizationLevel: options.optimization ?? "all",
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  };
  return {
    name: options.name,
    async createSession(model, use) {
      const isPiece = use === "piece";
      const session = await runtime.InferenceSession.create(model, {
        ...sessionOptions,
        // An arena keeps what one run needed for the next one.
        ...(isPiece ? { enableCpuMemArena: false } : {}),
      });
      return new OrtSession(runtime, session, !isPiece && (options.reuseOutputs ?? false));
    },
  };
}
