import type { Tensor } from "../../../core-ts/tensor/tensor.ts";

/** A dimension of an input; a dynamic one is a symbol or null. */
export type ShapeDim = number | string | null;

/**
 * What an infer function gets (manual, 定义前向推理函数; spec/facts.md). The same function runs on the float model and on the
 * quantized one; what `forward` returns is in real units either way.
 */
export interface Executor {
  /** -i/--iteration: batches to run. */
  readonly iteration: number;
  /** -bs/--batch-size: samples in a batch. */
  readonly batch_size: number;
  /** -d/--data. */
  readonly dataset: string | undefined;
  /** --save-dir. */
  readonly save_dir: string;
  /** -r/--run-mode. */
  readonly run_mode: string;
  /** Always false: models run on the CPU. */
  readonly gpu: boolean;
  /** -uds/--user-defined-script. */
  readonly user_defined_script: string | undefined;
  /** Names of the model's inputs, in the order `forward` takes them. */
  readonly input_nodes: readonly string[];
  /** Input name → number of its type in ONNX's TensorProto.DataType (1 is float32). */
  readonly input_types: Readonly<Record<string, number>>;
  /** Input and output names → shape; filled by `init_shape_info`. */
  readonly shape_dicts: Readonly<Record<string, readonly ShapeDim[]>>;
  /** Fills `shape_dicts`. */
  init_shape_info(): void;
  /** "input-configs" of the run-config, by "input_name" (an entry without one has its number). */
  readonly input_configs_dict: Readonly<Record<string, unknown>>;
  /** Names of what `forward` returns, in its order. */
  readonly output_node_list: readonly string[];
  /** Output name → node name, of all nodes of the optimized model. */
  output_name_to_node_name(): Readonly<Record<string, string>>;
  /**
   * True when more data no longer move the ranges and the function may stop: when over each of the last two doublings of the data the scales have
   * moved by less than 5 % on average, so not before 128 samples. On the quantized model it rises after the same batch, so that both results are
   * over the same data. Never with several -i.
   */
  readonly early_stop_flag: boolean;
  /**
   * Runs the model on one batch, one tensor an input: float32, row-major, shape as the model states it, with any size for
   * dynamic dimensions. @returns the outputs, in the order of `output_node_list`.
   * @throws DataError that says what is wrong with which input.
   */
  forward(...inputs: readonly Tensor[]): Promise<Tensor[]>;
}

/** Feeds the model through `executor.forward` and returns its accuracy; 1 where there is no such measure. */
export type InferFunction = (executor: Executor) => number | Promise<number>;
