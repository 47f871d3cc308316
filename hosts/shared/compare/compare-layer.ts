import { DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { DumpedLayer } from "./dump-folder.ts";
import { ElementList } from "./elements.ts";
import { MeasureSums, type Measures } from "./measures.ts";
import type { LayerPair, Side, Sides } from "./sides.ts";

/** What was found of one layer. */
export interface ComparedLayer {
  readonly index: number;
  readonly layer: string;
  readonly op: string;
  readonly pair: LayerPair;
  readonly batches: number;
  readonly elements: number;
  readonly nonFinite: number;
  /** Undefined where there were no elements. */
  readonly measures: Measures | undefined;
  /** With -sl. */
  readonly list: ElementList | undefined;
}

/** Batches that both sides have, one pair in memory at a time, as real numbers. */
export interface BatchPair {
  readonly batch: number;
  readonly dims: readonly number[];
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** @param scale real = scale · number. @throws DataError for what is no number type. */
export function realNumbers(t: Tensor, scale: number, what: string): Float64Array {
  if (/^(complex|float16|string)/.test(t.dtype))
    throw new DataError(
      `${what} holds ${t.dtype}; a dump holds float32 and integers: make it again with quant -du`,
    );
  const { data } = t;
  if (scale === 1 && (data instanceof Float32Array || data instanceof Float64Array))
    return Float64Array.from(data);
  return Float64Array.from(data as ArrayLike<number | bigint>, (one) => Number(one) * scale);
}

async function batchOf({ dump, side }: Side, layer: DumpedLayer, batch: number) {
  const t = await dump.batch(side, layer, batch);
  const what = `batch ${batch} of layer "${layer.layer}" in ${dump.folder}`;
  return { dims: t.dims, data: realNumbers(t, side === "quant" ? layer.scale : 1, what) };
}

/** @throws DataError where the sides have no batch in common, or a batch has two shapes. */
export async function* batchPairs({ left, right }: Sides, pair: LayerPair): AsyncGenerator<BatchPair> {
  const others = new Set(await right.dump.batches(right.side, pair.right));
  const batches = (await left.dump.batches(left.side, pair.left)).filter((batch) => others.has(batch));
  if (batches.length === 0)
    throw new DataError(
      `layer "${pair.left.layer}" has no batch on both sides; make the dump again with quant -du`,
      { node: pair.left.layer },
    );
  for (const batch of batches) {
    const l = await batchOf(left, pair.left, batch);
    const r = await batchOf(right, pair.right, batch);
    if (l.dims.join() !== r.dims.join())
      throw new DataError(
        `batch ${batch} of layer "${pair.left.layer}" has shape [${l.dims.join(", ")}] on the left and [${r.dims.join(", ")}] on the right; make both dumps with the same data and -ib`,
        { node: pair.left.layer },
      );
    yield { batch, dims: l.dims, left: l.data, right: r.data };
  }
}

/** Reads a layer's files once. `elements`: what -sl and -sn want. */
export async function compareLayer(
  sides: Sides,
  pair: LayerPair,
  elements: { readonly level: number; readonly number: number },
): Promise<ComparedLayer> {
  const sums = new MeasureSums();
  const list = elements.level > 0 ? new ElementList(elements.level, elements.number) : undefined;
  let batches = 0;
  for await (const { batch, dims, left, right } of batchPairs(sides, pair)) {
    batches++;
    sums.add(left, right);
    list?.add(batch, left, right, dims);
  }
  return {
    index: pair.left.index,
    layer: pair.left.layer,
    op: pair.left.op_type,
    pair,
    batches,
    elements: sums.elements,
    nonFinite: sums.nonFinite,
    measures: sums.measures(),
    list,
  };
}
