import { encode } from "fast-png";
import { DTYPE_CODES, type DType } from "../../../../../core-ts/tensor/dtype.ts";
import { type Tensor, tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { loadNodeImages } from "../../../../../hosts/node/images.ts";
import {
  type CommonOptions,
  InferCommon,
} from "../../../../../hosts/shared/infer/configured/infer-configured.ts";
import type { Executor, ShapeDim } from "../../../../../hosts/shared/infer/executor.ts";
import { MemoryFiles } from "../../../../../hosts/shared/job/memory-files.ts";

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A grey picture of two equal pixels, side by side: of one, either axis could be the channels. */
export const pixel = (value: number): Uint8Array =>
  encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(value, value) });

/** A batch of scores, one row a sample. */
export function scores(rows: readonly (readonly number[])[]): Tensor {
  return tensor("float32", [rows.length, rows[0]!.length], Float32Array.from(rows.flat()));
}

export interface Setting {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly configs?: Readonly<Record<string, unknown>>;
  readonly shapes?: Readonly<Record<string, readonly ShapeDim[]>>;
  readonly dtypes?: Readonly<Record<string, DType>>;
  readonly options?: Partial<CommonOptions>;
  readonly executor?: Partial<Executor>;
}

/** A run in memory over models that are functions: of a batch's inputs to its outputs. */
export class Run {
  readonly content: Map<string, Uint8Array>;
  readonly notes: string[] = [];
  /** Batches each model was fed: input by input, their values. */
  readonly fed: number[][][] = [];
  readonly expected: number[] = [];
  readonly common: InferCommon;

  constructor(private readonly setting: Setting) {
    this.content = new Map(Object.entries(setting.files));
    this.common = new InferCommon(
      { files: new MemoryFiles(this.content), loadImages: loadNodeImages },
      {
        normalizes: false,
        countGiven: true,
        badData: "stop",
        note: (sentence) => void (this.notes.includes(sentence) || this.notes.push(sentence)),
        ...setting.options,
      },
    );
  }

  /** Runs the function over one model and gives its result. */
  async pass(model: (...inputs: Tensor[]) => Tensor[], quantized = false): Promise<number> {
    const { shapes = { x: ["n", 1, 1, 2] }, dtypes = {}, configs = { 0: PLAIN } } = this.setting;
    const executor = {
      iteration: 100,
      batch_size: 2,
      dataset: undefined,
      run_mode: "quant",
      input_nodes: Object.keys(shapes),
      output_node_list: ["y"],
      input_types: Object.fromEntries(
        Object.keys(shapes).map((name) => [name, DTYPE_CODES[dtypes[name] ?? "float32"]]),
      ),
      shape_dicts: shapes,
      init_shape_info: () => undefined,
      input_configs_dict: configs,
      early_stop_flag: false,
      forward: async (...inputs: Tensor[]) => {
        this.fed.push(inputs.map((t) => Array.from(t.data as Float32Array, Number)));
        return model(...inputs);
      },
      ...this.setting.executor,
    } as Partial<Executor> as Executor;
    const expect = (batches: number) => void this.expected.push(batches);
    return await this.common.fn(executor, { quantized, expect });
  }
}

/** The first pixel of every picture of a batch. */
export const firstPixels = (batch: Tensor): number[] =>
  Array.from(batch.data as Float32Array).filter((_, i) => i % 2 === 0);

/** A model of `classes` scores whose answer is the pixel's value, as the input gets it. */
export const answersPixel =
  (classes: number) =>
  (batch: Tensor): Tensor[] => [
    scores(
      firstPixels(batch).map((value) => Array.from({ length: classes }, (_, i) => -Math.abs(i - value))),
    ),
  ];

/** Settings of grey pictures that are fed as they are. */
export const PLAIN = { mean: [0], std: [1], color_space: "GRAY", data_dir: "d" };

/** A model whose answer does not matter. */
export const anyAnswer = (batch: Tensor): Tensor[] => [
  scores(Array.from({ length: batch.dims[0]! }, () => [1, 0])),
];

/** d/VALUE.png of each value. */
export const pictures = (...values: number[]) =>
  Object.fromEntries(values.map((i) => [`d/${i}.png`, pixel(i)]));

/** The first values of each sample that went into an input, batch by batch. */
export const firstValues = ({ fed }: Run, width = 2, input = 0): number[][] =>
  fed.map((batch) => batch[input]!.filter((_, i) => i % width === 0));

/** Raw values. */
export const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
