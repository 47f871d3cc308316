import type { Converter } from "./converter.ts";

export type { ConversionRequest, Converter, SourceFile } from "./converter.ts";

/** Frameworks besides ONNX, by the name that -f takes. Each is loaded when a model asks for it: together they are a third of the start-up. */
export const CONVERTERS = {
  caffe: async () => (await import("./caffe/index.ts")).fromCaffe,
  tensorflow: async () => (await import("./tensorflow/index.ts")).fromTensorflow,
  paddle: async () => (await import("./paddle/index.ts")).fromPaddle,
  pytorch: async () => (await import("./pytorch/index.ts")).fromPytorch,
} as const satisfies Readonly<Record<string, () => Promise<Converter>>>;

export type ConverterName = keyof typeof CONVERTERS;

/** Whether models of a framework can be converted. */
export function isConverted(framework: string): framework is ConverterName {
  return Object.hasOwn(CONVERTERS, framework);
}
