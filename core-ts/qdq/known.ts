/** What a QDQ model says of its own quantization; the shapes of it, without how it is read. */

/** The integers of one QuantizeLinear and what they stand for: real values from scale·low to scale·high in steps of scale. */
export interface Grid {
  readonly scale: number;
  /** qmin - zero point and qmax - zero point of the integer type. */
  readonly low: number;
  readonly high: number;
}

/** Weights that came as integers. */
export interface KnownWeights {
  /** One scale, or one per output channel (of one group, where there are groups). */
  readonly scales: readonly number[];
  /** Integers of the bias; undefined when it is float, or absent. */
  readonly bias: readonly number[] | undefined;
}

/** Everything the model says, by names of its graph after its pairs are gone. */
export interface KnownQuantization {
  /** Activations. */
  readonly values: ReadonlyMap<string, Grid>;
  /** By the name of the node that reads the weights: it outlives renamed and transposed weights. */
  readonly weights: ReadonlyMap<string, KnownWeights>;
  /** Scales of constants that are no weights. */
  readonly constants: ReadonlyMap<string, number>;
}
