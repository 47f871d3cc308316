import { sha256 } from "@noble/hashes/sha2.js";
import { ConfigError } from "../../errors.ts";
import type { TensorStats } from "../../observers/histogram.ts";
import type { Ranges } from "../ranges.ts";
import { ByteReader, ByteWriter, OutOfBytes } from "./bytes.ts";
import { readStats, writeStats } from "./stats.ts";

/** What calibration knew after a number of batches. */
export interface Snapshot {
  /** The number asked for; 0 for a union of caches. */
  readonly iteration: number;
  /** Batches that really ran: fewer where the infer function ended before. */
  readonly batches: number;
  readonly ranges: Ranges;
}

/** What an infer function returned for the float model, and what that depended on. */
export interface FloatResult {
  readonly inferFunction: string;
  /** SHA-256 of the user script; empty for built-in functions. */
  readonly script: string;
  readonly iteration: number;
  readonly batchSize: number;
  /** Fingerprint of the data that were fed. */
  readonly data: string;
  /** Batch after which the early-stop flag was up; 0 when it never was. */
  readonly stoppedAfter: number;
  readonly value: number;
}

export interface CalibrationCache {
  /** SHA-256 of the optimized float model, hexadecimal. */
  readonly model: string;
  /** Values whose statistics are part of another value's, as "value -> that one"; sorted. */
  readonly unified: readonly string[];
  /** By iteration; the last one has seen everything. */
  readonly snapshots: readonly Snapshot[];
  readonly results: readonly FloatResult[];
}

const MAGIC = "KNIGHTCD";
const VERSION = 1;
const DIGEST = 32;

function writeSnapshot(
  writer: ByteWriter,
  { iteration, batches, ranges }: Snapshot,
  names: readonly string[],
): void {
  for (const value of [iteration, batches, ranges.samples]) writer.count(value);
  for (const name of names) writeStats(writer, ranges.stats.get(name)!);
}

function readSnapshot(reader: ByteReader, names: readonly string[]): Snapshot {
  const [iteration, batches, samples] = [reader.count(), reader.count(), reader.count()];
  const stats = new Map<string, TensorStats>(names.map((name) => [name, readStats(reader)]));
  return { iteration, batches, ranges: { stats, samples } };
}

function writeResult(writer: ByteWriter, result: FloatResult): void {
  for (const text of [result.inferFunction, result.script, result.data]) writer.text(text);
  for (const count of [result.iteration, result.batchSize, result.stoppedAfter]) writer.count(count);
  writer.real(result.value);
}

function readResult(reader: ByteReader): FloatResult {
  const [inferFunction, script, data] = [reader.text(), reader.text(), reader.text()];
  const [iteration, batchSize, stoppedAfter] = [reader.count(), reader.count(), reader.count()];
  return { inferFunction, script, data, iteration, batchSize, stoppedAfter, value: reader.real() };
}

/** docs/calibration-cache.md; the same statistics give the same bytes, in whatever order they were gathered. */
export function encodeCache(cache: CalibrationCache): Uint8Array {
  const names = [...(cache.snapshots[0]?.ranges.stats.keys() ?? [])].sort();
  const writer = new ByteWriter();
  writer.raw(new TextEncoder().encode(MAGIC));
  writer.count(VERSION);
  writer.text(cache.model);
  writer.count(cache.unified.length);
  for (const pair of cache.unified) writer.text(pair);
  writer.count(names.length);
  for (const name of names) writer.text(name);
  writer.count(cache.snapshots.length);
  for (const snapshot of cache.snapshots) writeSnapshot(writer, snapshot, names);
  writer.count(cache.results.length);
  for (const result of cache.results) writeResult(writer, result);
  const body = writer.finish();
  writer.raw(sha256(body));
  return writer.finish();
}

function refusal(file: string, what: string): ConfigError {
  return new ConfigError(
    `${file} ${what}; remove it or give another path, and a new cache is written there`,
    {
      option: "-cd/--cache-distribution",
      file,
    },
  );
}

function readBody(reader: ByteReader): CalibrationCache {
  const model = reader.text();
  const texts = () => Array.from({ length: reader.count() }, () => reader.text());
  const [unified, names] = [texts(), texts()];
  const snapshots = Array.from({ length: reader.count() }, () => readSnapshot(reader, names));
  const results = Array.from({ length: reader.count() }, () => readResult(reader));
  return { model, unified, snapshots, results };
}

/** @throws ConfigError when `bytes` is no cache, of another format version, or damaged; `file` is its name in the message. */
export function decodeCache(bytes: Uint8Array, file: string): CalibrationCache {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
  if (start !== MAGIC) throw refusal(file, "is no calibration cache");
  const damaged = () => refusal(file, "is damaged: its checksum does not fit its content");
  try {
    const version = new ByteReader(bytes.subarray(MAGIC.length)).count();
    if (version !== VERSION)
      throw refusal(file, `has format version ${version}, and this program reads version ${VERSION}`);
    const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST));
    const digest = sha256(body);
    if (body.length < MAGIC.length || bytes.subarray(body.length).some((byte, i) => byte !== digest[i]))
      throw damaged();
    return readBody(new ByteReader(body.subarray(MAGIC.length + 1)));
  } catch (cause) {
    throw cause instanceof OutOfBytes ? damaged() : cause;
  }
}
