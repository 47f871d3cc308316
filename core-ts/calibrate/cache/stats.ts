import { createStats, type TensorStats } from "../../observers/histogram.ts";
import { type ByteReader, type ByteWriter, OutOfBytes } from "./bytes.ts";

/** Exponents lie between -100 and 128; 0 stands for "only zeros seen". */
const EXPONENT_BASE = 1024;

/** The bins as pairs (empty bins before it, count) of those that are not empty. */
function writeBins(writer: ByteWriter, bins: Float64Array): void {
  writer.count(bins.reduce((filled, count) => filled + (count > 0 ? 1 : 0), 0));
  let next = 0;
  for (const [i, count] of bins.entries()) {
    if (count === 0) continue;
    writer.count(i - next);
    writer.count(count);
    next = i + 1;
  }
}

function readBins(reader: ByteReader, bins: Float64Array): void {
  let next = 0;
  for (let filled = reader.count(); filled > 0; filled--) {
    const i = next + reader.count();
    if (i >= bins.length) throw new OutOfBytes();
    bins[i] = reader.count();
    next = i + 1;
  }
}

export function writeStats(writer: ByteWriter, stats: TensorStats): void {
  for (const value of [stats.count, stats.nonFinite, stats.zeros]) writer.count(value);
  writer.real(stats.min);
  writer.real(stats.max);
  writer.count(stats.exponent === null ? 0 : stats.exponent + EXPONENT_BASE);
  writeBins(writer, stats.bins);
}

export function readStats(reader: ByteReader): TensorStats {
  const [count, nonFinite, zeros] = [reader.count(), reader.count(), reader.count()];
  const [min, max] = [reader.real(), reader.real()];
  const exponent = reader.count();
  const { bins } = createStats();
  readBins(reader, bins);
  return {
    count,
    nonFinite,
    zeros,
    min,
    max,
    exponent: exponent === 0 ? null : exponent - EXPONENT_BASE,
    bins,
  };
}
