/** The job that every host is given. Paths are absolute. */
export interface BenchJob {
  readonly model: string;
  /** Calibration data, .npy, float32 as the model takes them. */
  readonly data: string;
  readonly samples: number;
  /** Samples in a batch of data. */
  readonly batchSize: number;
  /** What the command line holds besides files and data, for instance ["-b", "8"]; as the "quant" of a run-config in `options`. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | number>>;
  /** An empty folder for what a run writes. */
  readonly scratch: string;
}

export interface Measured {
  /** From the start of the process, or of the request where the host is a service that runs already, to the last byte of the result. */
  readonly seconds: number;
  /** Highest resident memory of all processes of the host, in MB (VmHWM). */
  readonly peakMb: number;
  /** SHA-256 of the quantized model, in hexadecimal. */
  readonly sha256: string;
}

/** One row of the table. */
export interface BenchHost {
  readonly name: string;
  /** Why it can't run on this machine; undefined where it can. */
  unavailable(): string | undefined;
  run(job: BenchJob): Promise<Measured>;
}
