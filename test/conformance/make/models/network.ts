import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { Random } from "../../../reference/random.ts";
import type { NodeText, OnnxText } from "../onnx-text.ts";

/** A number per element, in the order of ONNX. */
export interface Values {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Relu, or Clip at constant bounds, behind a layer and fused into it. */
export type Activation = "Relu" | { readonly low: number; readonly high: number };

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/** One layer of the family; `x` and `y` are value names, `y` is the value behind the activation. */
export type Layer = { readonly y: string; readonly x: string; readonly activation?: Activation } & (
  | ({ readonly op: "Conv"; readonly w: Values; readonly b?: Values; readonly group: number } & Window)
  | { readonly op: "Gemm"; readonly w: Values; readonly b?: Values }
  | { readonly op: "Add"; readonly other: string }
  | ({ readonly op: "MaxPool" } & Window)
  | { readonly op: "HardSigmoid"; readonly alpha: number; readonly beta: number }
  | { readonly op: "Flatten" }
);

export interface Network {
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
  readonly batches: readonly Values[];
}

/**
 * Multiples of `step` in ±limit·step: numbers with few bits, so that float32 holds every sum of the family's layers exactly and each runtime's
 * float model gives the same bits, whatever its order of additions.
 */
export function dyadic(random: Random, dims: readonly number[], step: number, limit: number): Values {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { dims, data: random.ints(count, -limit, limit).map((k) => k * step) };
}

export const toTensor = ({ dims, data }: Values): Tensor => tensor("float32", dims, Float32Array.from(data));

/** Name of the value before the activation. */
export const before = ({ y, activation }: Layer): string => (activation ? `${y}_raw` : y);

const window = ({ kernel, stride, pad }: Window) => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  dilations: [1, 1],
  pads: [pad, pad, pad, pad],
});

function layerNode(layer: Layer): NodeText {
  const [out, { x, y }] = [before(layer), layer];
  switch (layer.op) {
    case "Conv":
      return [
        out,
        "Conv",
        `${x} ${y}_w${layer.b ? ` ${y}_b` : ""}`,
        { ...window(layer), group: layer.group },
      ];
    case "Gemm":
      return [out, "Gemm", `${x} ${y}_w${layer.b ? ` ${y}_b` : ""}`];
    case "Add":
      return [out, "Add", `${x} ${layer.other}`];
    case "MaxPool":
      return [out, "MaxPool", x, window(layer)];
    case "HardSigmoid":
      return [out, "HardSigmoid", x, { alpha: { float: layer.alpha }, beta: { float: layer.beta } }];
    case "Flatten":
      return [out, "Flatten", x, { axis: 1 }];
  }
}

function nodesOf(layer: Layer): NodeText[] {
  const { y, activation } = layer;
  const [node, out] = [layerNode(layer), before(layer)];
  if (activation === "Relu") return [node, [y, "Relu", out]];
  return activation ? [node, [y, "Clip", `${out} ${y}_low ${y}_high`]] : [node];
}

function constantsOf(layer: Layer): [string, Tensor][] {
  const { y, activation } = layer;
  const made: [string, Tensor][] = [];
  if ("w" in layer) made.push([`${y}_w`, toTensor(layer.w)]);
  if ("b" in layer && layer.b) made.push([`${y}_b`, toTensor(layer.b)]);
  if (typeof activation === "object")
    for (const side of ["low", "high"] as const)
      made.push([`${y}_${side}`, toTensor({ dims: [], data: [activation[side]] })]);
  return made;
}

/** The network as an ONNX model of one input "x". */
export function onnxText({ input, layers }: Network): OnnxText {
  return {
    inputs: { x: input },
    constants: Object.fromEntries(layers.flatMap(constantsOf)),
    nodes: layers.flatMap(nodesOf),
    outputs: layers.at(-1)!.y,
  };
}
