import { AbortedError, ConfigError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Conversions, checkInputs, type ModelEdge } from "./check-input.ts";

/** A model that an infer function feeds: the float one under calibration, or the one under test. */
export interface ForwardTarget {
  readonly inputs: readonly ModelEdge[];
  readonly outputs: readonly ModelEdge[];
  forward(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
  /** Whether more data would change nothing; absent: never. */
  enough?(): boolean;
  /** Whether it is a quantized one. */
  readonly quantized?: boolean;
}

/** The forward calls of one run of an infer function: checked, one at a time, counted. */
export class ForwardCalls {
  #count = 0;
  #pending = 0;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly target: ForwardTarget,
    private readonly signal: AbortSignal,
    private readonly onDone: () => void,
    private readonly conversions?: Conversions,
  ) {}

  /** Batches that went through. */
  get count(): number {
    return this.#count;
  }

  /** Calls the function has not waited for. */
  get pending(): number {
    return this.#pending;
  }

  /** A runtime's session has one set of buffers: calls that overlap wait for each other. */
  run(given: readonly unknown[]): Promise<Tensor[]> {
    this.#pending++;
    const result = this.#last.then(() => this.#step(given)).finally(() => this.#pending--);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Waits for what is under way; later calls are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  async #step(given: readonly unknown[]): Promise<Tensor[]> {
    if (this.signal.aborted) throw new AbortedError("stopped on request");
    if (this.#closed)
      throw new ConfigError("executor.forward was called after the infer function had returned");
    const results = await this.target.forward(checkInputs(this.target.inputs, given, this.conversions));
    this.#count++;
    this.onDone();
    return this.target.outputs.map(({ name }) => results.get(name)!);
  }
}
