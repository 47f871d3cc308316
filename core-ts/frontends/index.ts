import { fromCaffe } from "./caffe/index.ts";
import type { Converter } from "./converter.ts";
import { fromPaddle } from "./paddle/index.ts";
import { fromPytorch } from "./pytorch/index.ts";
import { fromTensorflow } from "./tensorflow/index.ts";

export type { ConversionRequest, Converter, SourceFile } from "./converter.ts";

/** Frameworks besides ONNX, by the name that -f takes. */
export const CONVERTERS = {
  caffe: fromCaffe,
  tensorflow: fromTensorflow,
  paddle: fromPaddle,
  pytorch: fromPytorch,
} as const satisfies Readonly<Record<string, Converter>>;

export type ConverterName = keyof typeof CONVERTERS;

/** The converter of a framework, or undefined where this version has none. */
export function converterOf(framework: string): Converter | undefined {
  return (CONVERTERS as Readonly<Record<string, Converter>>)[framework];
}
