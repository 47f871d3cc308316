import { rows } from "../../../../core-ts/calibrate/batches.ts";
import { DataError } from "../../../../core-ts/errors.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { DataInput, DataPorts } from "../data-files.ts";
import type { Format, Piece } from "./formats.ts";
import type { Sample } from "./task.ts";

/** One sample for one input, [1, ...]. */
export interface Read {
  readonly tensor: Tensor;
  readonly sample: Sample;
}

/** The samples of one input, one after the other, from the beginning again when the files end; one file in memory. */
export class Cursor {
  #file = 0;
  #piece: Piece | undefined;
  #row = 0;
  #wrapped = false;

  constructor(
    readonly input: DataInput,
    private readonly format: Format,
    private readonly paths: readonly string[],
    private readonly ports: DataPorts,
  ) {}

  get #isAtEnd(): boolean {
    return !this.#piece && this.#file >= this.paths.length;
  }

  /** Whether it is known how many samples a file holds that can't be read: one. */
  get isOneAFile(): boolean {
    return !this.format.holdsSeveral(this.input);
  }

  /** Whether every sample was given at least once. */
  get isDone(): boolean {
    return this.#wrapped || this.#isAtEnd;
  }

  /** The next sample. After an error the file it names is left behind. @throws DataError naming the file. */
  async next(): Promise<Read> {
    if (this.#isAtEnd) {
      this.#file = 0;
      this.#wrapped = true;
    }
    const path = this.#piece ? this.paths[this.#file - 1]! : this.paths[this.#file++]!;
    const piece = this.#piece ?? (await this.#open(path));
    const count = piece.tensor.dims[0]!;
    const row = this.#row++;
    this.#piece = this.#row < count ? piece : undefined;
    if (!this.#piece) this.#row = 0;
    const { name } = this.ports.files.split(path);
    return {
      tensor: rows(piece.tensor, row, row + 1),
      sample: {
        name: count === 1 ? name : `${name}#${row}`,
        path,
        ...(piece.picture ? { picture: piece.picture } : {}),
      },
    };
  }

  async #open(path: string): Promise<Piece> {
    const piece = await this.format.read(path, this.input, this.ports);
    if (!piece.tensor.dims[0]) throw new DataError(`${path} holds no samples; remove it`, { file: path });
    return piece;
  }
}
