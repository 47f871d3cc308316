import { sha256 } from "@noble/hashes/sha2.js";
import type { Feeds } from "../../backend.ts";
import { ConfigError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";
import { writeModel } from "../../onnx/write.ts";
import type { QuantPlan } from "../../plan/plan.ts";
import { tappedValues } from "../calibrate.ts";
import type { CalibrationCache } from "./format.ts";

/** Bytes of either end of a tensor that a fingerprint looks at. */
const SEEN_BYTES = 1 << 14;

/** SHA-256 in hexadecimal. */
export function digestOf(bytes: Uint8Array): string {
  return hexadecimal(sha256(bytes));
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256 of a model's graph and weights: the same for a model that was written and read again. */
export function modelDigest(model: Model): string {
  const initializers = new Map([...model.graph.initializers].sort(([a], [b]) => (a < b ? -1 : 1)));
  // Types of inner values follow from the rest.
  const graph = { ...model.graph, initializers, types: new Map() };
  const origin = { producerName: "", producerVersion: "", metadata: new Map<string, string>() };
  return digestOf(writeModel({ ...model, ...origin, graph }));
}

/** Tells other data from the same ones: of every tensor fed its shape and both ends of its bytes. */
export class DataFingerprint {
  readonly #hash = sha256.create();

  add(feeds: Feeds): void {
    for (const [name, { dims, data }] of feeds) {
      this.#hash.update(new TextEncoder().encode(`${name}[${dims.join(",")}]`));
      const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new TextEncoder().encode(JSON.stringify(data));
      this.#hash.update(bytes.subarray(0, SEEN_BYTES));
      this.#hash.update(bytes.subarray(Math.max(SEEN_BYTES, bytes.length - SEEN_BYTES)));
    }
  }

  digest(): string {
    return hexadecimal(this.#hash.clone().digest());
  }
}

/** What of a plan decides whose statistics a value's are part of. */
export function unifiedPairs(plan: QuantPlan): string[] {
  return [...(plan.unified ?? new Map<string, string>())].map((pair) => pair.join(" -> ")).sort();
}

/** @throws ConfigError when the cache belongs to another model, or lacks statistics of values that the plan needs. */
export function checkCache(
  cache: CalibrationCache,
  use: { readonly model: Model; readonly plan: QuantPlan; readonly file: string },
): void {
  const refuse = (what: string): never => {
    throw new ConfigError(
      `${use.file} ${what}; give another path with -cd, and a new cache is written there`,
      {
        option: "-cd/--cache-distribution",
        file: use.file,
      },
    );
  };
  if (cache.model !== modelDigest(use.model))
    refuse("was made from another model (or the model, or how it is optimized, has changed since)");
  if (cache.unified.join("\n") !== unifiedPairs(use.plan).join("\n"))
    refuse(
      "was made for another plan: with -uis/--unify-input-scale where this run has none, or the reverse",
    );
  const held = cache.snapshots[0]?.ranges.stats;
  const missing = tappedValues(use.plan).filter((name) => !held?.has(name));
  if (missing.length > 0)
    refuse(
      `was made for another plan: it has no statistics of ${missing.map((name) => `"${name}"`).join(", ")}`,
    );
}
