import type { Tensor } from "../../tensor/tensor.ts";
import type { ScalarType } from "./archive/scalar-types.ts";
import type { Size } from "./program/program.ts";

/** Thrown when a call asks for what has no conversion; caught by the loop over the calls, which goes on. */
export class Refused extends Error {}

interface Known {
  readonly content?: Tensor;
  /** All elements are this number. */
  readonly uniform?: number;
  /** A model input or a constant: never the name of an output. */
  readonly isGiven?: boolean;
}

/** A tensor of the exported program while the ONNX graph is built. Constants come into the graph when they are first used. */
export class Value {
  #name: string | (() => string);
  readonly content: Tensor | undefined;
  readonly uniform: number | undefined;
  readonly isGiven: boolean;

  constructor(
    name: string | (() => string),
    readonly dtype: ScalarType,
    readonly dims: readonly Size[],
    known: Known = {},
  ) {
    this.#name = name;
    this.content = known.content;
    this.uniform = known.uniform;
    this.isGiven = known.isGiven === true || known.content !== undefined;
  }

  /** A value that may not be used, since there is no conversion for it. */
  static refused(what: string, dtype: ScalarType, dims: readonly Size[]): Value {
    return new Value(
      () => {
        throw new Refused(what);
      },
      dtype,
      dims,
    );
  }

  /** The ONNX value. */
  get name(): string {
    if (typeof this.#name !== "string") this.#name = this.#name();
    return this.#name;
  }

  get rank(): number {
    return this.dims.length;
  }
}

/** A size that is known only when the model runs: an int64 vector of one element, made when it is first used. */
export class OpenSize {
  #name: string | undefined;

  constructor(readonly make: () => string) {}

  get name(): string {
    this.#name ??= this.make();
    return this.#name;
  }
}

export type Count = number | OpenSize;
