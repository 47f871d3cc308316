import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { Size } from "../../images/picture.ts";
import type { Detection } from "../boxes.ts";

/** Width and height of an anchor, in pixels of the model's input. */
export type Anchor = readonly [width: number, height: number];

/** What a decoder knows besides the outputs. */
export interface DecodeContext {
  /** Of the model's input, in pixels. */
  readonly input: Size;
  /** nc: how many classes there are. */
  readonly classCount: number;
  /** "anchors"; empty where there are none. */
  readonly anchors: readonly Anchor[];
  /** conf_thres: candidates below it need not be returned. */
  readonly confThreshold: number;
  /** Names of the outputs, in their order. */
  readonly outputNames: readonly string[];
}

/**
 * What the outputs for one picture say: boxes in pixels of the model's input. Overlapping ones are thinned out afterwards.
 * @param outputs in the order of the model, [1, ...] each where the model's first axis is the batch; real units.
 */
export type Decoder = (outputs: readonly Tensor[], context: DecodeContext) => readonly Detection[];

/** The decoder for a model, and why it is that one. */
export interface ChosenDecoder {
  readonly decode: Decoder;
  /** What was found in the outputs, for the user. */
  readonly note?: string;
}

/** Decides from the outputs of the first picture. @throws ConfigError where they have not the shapes it reads. */
export type ChooseDecoder = (outputs: readonly Tensor[], context: DecodeContext) => ChosenDecoder;
