import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Feeds } from "../../../../core-ts/backend.ts";
import { fromCaffe } from "../../../../core-ts/frontends/caffe/index.ts";
import type { ConversionRequest } from "../../../../core-ts/frontends/index.ts";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";

interface Stored {
  readonly dims: readonly number[];
  readonly at: number;
}

/** A net with what Caffe (or the named reference) answered: test/fixtures/caffe/make.py. */
export interface Case {
  readonly name: string;
  readonly prototxt: string;
  readonly weights: readonly [at: number, length: number];
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly outputs: Readonly<Record<string, Stored>>;
  readonly reference: string;
}

const folder = new URL("../../../fixtures/caffe/", import.meta.url);
const payload = new Uint8Array(gunzipSync(readFileSync(new URL("cases.bin.gz", folder))));
export const CASES: readonly Case[] = JSON.parse(readFileSync(new URL("cases.json", folder), "utf8"));

export function caseNamed(name: string): Case {
  const found = CASES.find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

function stored({ dims, at }: Stored): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return tensor("float32", dims, new Float32Array(payload.slice(at, at + 4 * count).buffer));
}

export const feedsOf = ({ inputs }: Case): Feeds =>
  new Map(Object.entries(inputs).map(([name, one]) => [name, stored(one)]));

export const answersOf = ({ outputs }: Case): Map<string, Tensor> =>
  new Map(Object.entries(outputs).map(([name, one]) => [name, stored(one)]));

export const weightsOf = ({ weights: [at, length] }: Case): Uint8Array => payload.slice(at, at + length);

/** A request for the text of a prototxt, with weights or without. */
export function request(text: string | Uint8Array, weights?: Uint8Array): ConversionRequest {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return {
    model: { name: "net.prototxt", bytes },
    ...(weights && weights.length > 0 ? { weight: { name: "net.caffemodel", bytes: weights } } : {}),
    ...{ startNames: [], endNames: [], toChw: false, inputShapes: [] },
    beside: async () => undefined,
  };
}

export const convertCase = (one: Case) => fromCaffe(request(one.prototxt, weightsOf(one)));
