import { fromCaffe } from "./caffe/index.ts";
import type { Converter } from "./converter.ts";
import { fromPaddle } from "./paddle/index.ts";
import { fromPytorch } from "./pytorch/index.ts";
import { fromTensorflow } from "./tensorflow/index.ts";

export type { ConversionRequest, Converter, SourceFile } from "./converter.ts";

/**
 * Frameworks besides ONNX, by the name that -f takes. Loading them takes 80 ms of Node's start-up; imports on demand would cut the browser's worker into
 * chunks, which a worker that starts from a blob: URL can't find.
 */
export const CONVERTERS = {
  caffe: fromCaffe,
  tensorflow: fromTensorflow,
  paddle: fromPaddle,
  pytorch: fromPytorch,
} as const satisfies Readonly<Record<string, Converter>>;

export type ConverterName = keyof typeof CONVERTERS;

/** Whether models of a framework can be converted. */
export function isConverted(framework: string): framework is ConverterName {
  return Object.hasOwn(CONVERTERS, framework);
}
