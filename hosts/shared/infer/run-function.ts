import { AbortedError, ConfigError, DataError, KnightError, reasonOf } from "../../../core-ts/errors.ts";
import { DTYPE_CODES } from "../../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Progress } from "../cli/progress.ts";
import type { Conversions, ModelEdge } from "./check-input.ts";
import type { Figure } from "./configured/task.ts";
import type { Executor, InferFunction, ShapeDim } from "./executor.ts";
import { ForwardCalls, type ForwardTarget } from "./forward.ts";
import { placeInScript } from "./script-place.ts";

/** What the functions of ours are told besides: about the model of this pass, and whom to tell how long it takes. */
export interface Pass {
  readonly quantized: boolean;
  /** There will be so many batches, other than -i says. */
  expect(batches: number): void;
}

/** What a function of ours has for a run besides its result. */
export interface Products {
  /** What was measured besides `result` in the pass that gave it. */
  figures(quantized: boolean, result: number | undefined): readonly Figure[];
  /** Puts files it made in their places; asked for when the run has succeeded. */
  publish(): Promise<void>;
  /** Removes what was not published. */
  discard(): Promise<void>;
}

/** An infer function, a user's or one of ours. */
export type PassFunction = (executor: Executor, pass: Pass) => ReturnType<InferFunction>;

/** What of the command line an infer function sees, and the function itself. */
export interface InferRun {
  readonly name: string;
  readonly fn: PassFunction;
  readonly iteration: number;
  readonly batchSize: number;
  readonly data: string | undefined;
  readonly saveDir: string;
  readonly runMode: string;
  readonly script: string | undefined;
  /** "input-configs" of a run-config by the name of their input; nothing where there is none. */
  readonly inputConfigs?: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** What the function found that the user should know; asked for after it has run. */
  readonly notes?: () => readonly string[];
  /** For advice in the script's language. */
  readonly conversions?: Conversions;
  readonly products?: Products;
}

class InferExecutor implements Executor {
  readonly iteration: number;
  readonly batch_size: number;
  readonly dataset: string | undefined;
  readonly save_dir: string;
  readonly run_mode: string;
  readonly gpu = false;
  readonly user_defined_script: string | undefined;
  readonly input_nodes: readonly string[];
  readonly input_types: Readonly<Record<string, number>>;
  readonly output_node_list: readonly string[];
  readonly input_configs_dict: Readonly<Record<string, unknown>>;
  shape_dicts: Readonly<Record<string, readonly ShapeDim[]>> = {};

  constructor(
    run: InferRun,
    private readonly edges: readonly ModelEdge[],
    private readonly calls: ForwardCalls,
    private readonly names: { readonly target: ForwardTarget; readonly nodes: ReadonlyMap<string, string> },
  ) {
    this.iteration = run.iteration;
    this.batch_size = run.batchSize;
    this.dataset = run.data;
    this.save_dir = run.saveDir;
    this.run_mode = run.runMode;
    this.user_defined_script = run.script;
    this.input_configs_dict = run.inputConfigs ?? {};
    const { inputs, outputs } = names.target;
    this.input_nodes = inputs.map(({ name }) => name);
    this.input_types = Object.fromEntries(inputs.map(({ name, dtype }) => [name, DTYPE_CODES[dtype]]));
    this.output_node_list = outputs.map(({ name }) => name);
  }

  get early_stop_flag(): boolean {
    return this.names.target.enough?.() ?? false;
  }

  init_shape_info(): void {
    this.shape_dicts = Object.fromEntries(this.edges.map(({ name, dims }) => [name, dims ?? []]));
  }

  output_name_to_node_name(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.names.nodes);
  }

  forward = async (...inputs: readonly Tensor[]): Promise<Tensor[]> => {
    const called = new Error("forward");
    try {
      return await this.calls.run(inputs);
    } catch (error) {
      const file = placeInScript(this.user_defined_script, called);
      // The error is new, and nobody else holds it.
      if (error instanceof DataError && file !== undefined) Object.assign(error.where, { file });
      throw error;
    }
  };
}

type Named = Pick<InferRun, "name" | "script">;

/** "infer_x of script.ts", for messages. */
function functionName({ name, script }: Named): string {
  return script === undefined ? `the infer function "${name}"` : `the infer function "${name}" of ${script}`;
}

/** Rejects when the run is stopped, so that a function that waits for something else does not hold it up. */
function whenStopped(signal: AbortSignal): { readonly stopped: Promise<never>; readonly forget: () => void } {
  let forget = () => {};
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new AbortedError("stopped on request"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    forget = () => signal.removeEventListener("abort", stop);
  });
  stopped.catch(() => undefined);
  return { stopped, forget };
}

async function call(run: InferRun, executor: Executor, pass: Pass): Promise<unknown> {
  const { stopped, forget } = whenStopped(run.signal);
  try {
    return await Promise.race([Promise.resolve().then(() => run.fn(executor, pass)), stopped]);
  } catch (cause) {
    // What forward or loadNpy found wrong says more than that the function threw.
    if (cause instanceof KnightError) throw cause;
    const reason = reasonOf(cause);
    const place = placeInScript(run.script, cause);
    throw new ConfigError(`${functionName(run)} threw: ${reason}${place ? `, at ${place}` : ""}`, { cause });
  } finally {
    forget();
  }
}

/** @param found what the function returned instead. */
export function noNumber(named: Named, found: string): ConfigError {
  return new ConfigError(
    `${functionName(named)} returned ${found}, expected a finite number: the accuracy, or 1 where there is none`,
  );
}

/** @throws ConfigError when what came back is no accuracy, or when nothing was run. */
function checkResult(run: InferRun, result: unknown, calls: ForwardCalls): number {
  const who = functionName(run);
  if (calls.pending > 0) {
    throw new ConfigError(
      `${who} returned while executor.forward was still running; make it async and write await executor.forward(...)`,
    );
  }
  if (calls.count === 0) {
    throw new ConfigError(
      `${who} never called executor.forward, so no data went through the model; call it once for every batch, and check that the data are found`,
    );
  }
  if (typeof result === "number" && Number.isFinite(result)) return result;
  throw noNumber(run, typeof result === "number" ? String(result) : result === null ? "null" : typeof result);
}

/**
 * Runs an infer function over one model and gives the number it returned.
 * @param nodes output name → node name of the model's nodes.
 * @param progress told of every batch.
 * @throws ConfigError naming script and function when the function throws, never calls forward, or returns no number;
 *   DataError from forward; AbortedError.
 */
export async function runInferFunction(
  run: InferRun,
  target: ForwardTarget,
  nodes: ReadonlyMap<string, string>,
  progress: Pick<Progress, "step" | "expect">,
): Promise<number> {
  const calls = new ForwardCalls(target, run.signal, () => progress.step(), run.conversions);
  const edges = [...target.inputs, ...target.outputs];
  try {
    const pass = {
      quantized: target.quantized ?? false,
      expect: (batches: number) => progress.expect(batches),
    };
    const result = await call(run, new InferExecutor(run, edges, calls, { target, nodes }), pass);
    return checkResult(run, result, calls);
  } finally {
    await calls.close();
  }
}
