import type { Model } from "../graph/graph.ts";

/** A file of a framework's model. */
export interface SourceFile {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the command line says of a model of another framework. */
export interface ConversionRequest {
  readonly model: SourceFile;
  /** -w: weights that lie in a file of their own. */
  readonly weight?: SourceFile;
  /** -snn, -enn: where a TensorFlow graph begins and ends, as "name:0". */
  readonly startNames: readonly string[];
  readonly endNames: readonly string[];
  /** -c2chw: the ONNX model takes NCHW where the original took NHWC. */
  readonly toChw: boolean;
  /** -is: one shape an input, -1 for an open batch. */
  readonly inputShapes: readonly (readonly number[])[];
  /** A file beside the model, by its path relative to it; undefined when there is none. */
  beside(path: string): Promise<Uint8Array | undefined>;
}

/**
 * Another framework's files → an ONNX model in any opset from 7 to 22; the ONNX frontend brings it to canonical form.
 * @throws ModelError for files that are broken or do not belong together; UnsupportedError naming every op and attribute that can't be converted,
 *   not only the first; ConfigError for an option that does not fit the model.
 */
export type Converter = (request: ConversionRequest) => Promise<Model>;
