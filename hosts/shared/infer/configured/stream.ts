import { joined } from "../../../../core-ts/calibrate/batches.ts";
import { DataError, KnightError } from "../../../../core-ts/errors.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import { checkJoins } from "../data-files.ts";
import type { Cursor, Read } from "./cursor.ts";
import type { BadData, Sample } from "./task.ts";

export interface Batch {
  /** One an input. */
  readonly tensors: readonly Tensor[];
  readonly samples: readonly Sample[];
}

/** Files left out that are told of one by one. */
const TOLD = 10;

/** What is wrong with the data themselves; mistakes of ours and a run that is stopped are not. */
const isBadData = (error: unknown): error is KnightError =>
  error instanceof KnightError && (error.code === "DATA" || error.code === "CONFIG");

/** Samples of all inputs side by side, cycled to the longest, batch by batch. */
export class SampleStream {
  #skipped = 0;
  #given = 0;
  #firstFailure: string | undefined;

  /** @param cursors of the inputs. @param main number of the input whose files name the samples. */
  constructor(
    private readonly cursors: readonly Cursor[],
    private readonly main: number,
    private readonly options: { readonly badData: BadData; note(sentence: string): void },
  ) {}

  /** Inputs stay side by side only where it is known how many samples are missing. */
  get #canSkip(): boolean {
    return this.cursors.length === 1 || this.cursors.every(({ isOneAFile }) => isOneAFile);
  }

  /** Samples that were given. */
  get given(): number {
    return this.#given;
  }

  /** Whether there are no more. */
  get isDone(): boolean {
    return this.cursors.every(({ isDone }) => isDone);
  }

  /** Why the first of the files left out was left out. */
  get firstFailure(): string | undefined {
    return this.#firstFailure;
  }

  /** The next samples, `size` of them or what is left; undefined at the end. @throws DataError for data that can't be used. */
  async take(size: number): Promise<Batch | undefined> {
    const taken: (readonly Read[])[] = [];
    while (taken.length < size && !this.isDone) {
      const reads = await this.#next();
      if (reads) taken.push(reads);
    }
    this.#given += taken.length;
    if (taken.length === 0) return undefined;
    return {
      tensors: this.cursors.map((_, i) =>
        this.#join(
          taken.map((reads) => reads[i]!),
          i,
        ),
      ),
      samples: taken.map((reads) => reads[this.main]!.sample),
    };
  }

  #join(reads: readonly Read[], input: number): Tensor {
    const [first] = reads;
    for (const { tensor, sample } of reads)
      checkJoins(tensor, first!.tensor, sample.path, this.cursors[input]!.input);
    return joined(reads.map(({ tensor }) => tensor));
  }

  /** One sample of every input; undefined where one is bad and is left out with those beside it. */
  async #next(): Promise<readonly Read[] | undefined> {
    const found = await Promise.allSettled(this.cursors.map((cursor) => cursor.next()));
    const failed = found.find((one) => one.status === "rejected");
    if (!failed) return found.map((one) => (one as PromiseFulfilledResult<Read>).value);
    const error: unknown = failed.reason;
    if (!isBadData(error) || !this.#canSkip) throw error;
    if (this.options.badData === "stop")
      throw new DataError(`${error.message}, or give --bad-data skip to go on without such files`, {
        ...error.where,
        cause: error,
      });
    this.#skipped++;
    this.#firstFailure ??= error.message;
    if (this.#skipped <= TOLD) this.options.note(`left out: ${error.message}`);
    else if (this.#skipped === TOLD + 1)
      this.options.note(`left out: more than ${TOLD} files; the first are named`);
    return undefined;
  }
}
