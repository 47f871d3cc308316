import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { GraphValue } from "../../../core-ts/graph/graph.ts";
import {
  float32Scalar,
  int64Tensor,
  type Tensor,
  tensor,
  toNumbers,
} from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const N = 12;
const scores = [1, 2, N, N];
/** 1 on and below the diagonal. */
const causal = Array.from({ length: N * N }, (_, i) => Number(i % N <= Math.floor(i / N)));
const causalBool = tensor("bool", [1, 1, N, N], Uint8Array.from(causal));
const added = (C: number) =>
  tensor(
    "float32",
    [1, 1, N, N],
    Float32Array.from(causal, (open) => (open ? 0 : C)),
  );

/** dtype numbers of a Cast. */
const TO = { float: attr.int(1), int64: attr.int(7), bool: attr.int(9) };
const moved = (to: keyof typeof TO) => ({ to: TO[to] });

interface Masking {
  readonly inputs?: readonly GraphValue[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly (string | ReturnType<typeof node>)[];
}

const padding = value("attention_mask", [1, N]);
const four = { shape: int64Tensor([1, 1, 1, N]) };

/** Masks as exporters write them; each makes "masked" of "x". */
const FORMS: Readonly<Record<string, Masking>> = {
  "Where with -Infinity": {
    constants: { open: causalBool, C: float32Scalar(Number.NEGATIVE_INFINITY) },
    nodes: ["Where open x C -> masked"],
  },
  "masked_fill with -3.4e38": {
    constants: { open: causalBool, C: float32Scalar(-3.4028234663852886e38) },
    nodes: ["Not open -> closed", "Where closed C x -> masked"],
  },
  "Add of a constant of 0 and -10000": { constants: { M: added(-10000) }, nodes: ["Add x M -> masked"] },
  "Add of a constant of 0 and -100, Reshape behind": {
    constants: { M: added(-100), s: int64Tensor([2, 1, N, N]), t: int64Tensor([1, 2, N, N]) },
    nodes: ["Reshape x s -> r", "Add M r -> m", "Reshape m t -> masked"],
  },
  "Add of (1 - mask)·-10000 computed at run time": {
    inputs: [padding],
    constants: { ...four, one: float32Scalar(1), C: float32Scalar(-10000) },
    nodes: ["Reshape attention_mask shape -> m", "Sub one m -> u", "Mul u C -> M", "Add x M -> masked"],
  },
  "Add of a mask filled at run time": {
    inputs: [padding],
    constants: { ...four, one: float32Scalar(1), C: float32Scalar(-3.4e38) },
    nodes: [
      node("Cast attention_mask -> i", moved("int64")),
      "Reshape i shape -> m",
      node("Cast m -> f", moved("float")),
      "Sub one f -> u",
      node("Cast u -> closed", moved("bool")),
      "Where closed C u -> M",
      "Add x M -> masked",
    ],
  },
  "two masks, causal and padding": {
    inputs: [padding],
    constants: {
      ...four,
      open: causalBool,
      one: float32Scalar(1),
      C: float32Scalar(-3.4e38),
      D: float32Scalar(-1e9),
    },
    nodes: [
      "Where open x C -> first",
      "Reshape attention_mask shape -> m",
      "Sub one m -> u",
      "Mul D u -> M",
      "Add first M -> masked",
    ],
  },
};

function attention({ inputs = [], constants = {}, nodes }: Masking) {
  return model(
    graph({
      inputs: [value("x", scores), ...inputs],
      outputs: [value("y")],
      nodes: [...nodes, node("Softmax masked -> y", { axis: attr.int(-1) })],
      constants,
    }),
  );
}

function batches(isPadded: boolean) {
  const next = random(31);
  return Array.from({ length: 4 }, (_, i) => {
    const mask = Float32Array.from({ length: N }, (_, k) => Number(k < N - i));
    const feeds = new Map<string, Tensor>([["x", normals(scores, next, 2)]]);
    return isPadded ? feeds.set("attention_mask", tensor("float32", [1, N], mask)) : feeds;
  });
}

describe.each([8, 16] as const)("masked scores at %i bit", (bits) => {
  it.each(Object.entries(FORMS))("%s", async (_, form) => {
    const isPadded = form.inputs !== undefined;
    const way = await wholeWay(attention(form), { options: { bits }, batches: batches(isPadded) });
    // A Cast, and what moves integers, stay float; nothing behind them does.
    expect(way.prepared.floatLayers.filter(({ op }) => !["Cast", "Reshape"].includes(op))).toEqual([]);
    // Scores of ±8 and 12 below them: a step of 0.16 at 8 bit, a noise of 0.045 in each exponent.
    expect(outputSqnr(way, "y")).toBeGreaterThan(bits === 8 ? 22 : 65);
    const closed = toNumbers(way.fixed[0]!.get("y")!).filter((_, i) => isPadded || causal[i % (N * N)] === 0);
    if (!isPadded) expect(Math.max(...closed)).toBe(0);
  });
});

describe("no mask", () => {
  const masking = async (nodes: string[], constants: Record<string, Tensor>, reader = "Softmax") => {
    const content = graph({
      inputs: [value("x", scores)],
      outputs: [value("y")],
      nodes: [...nodes, node(`${reader} masked -> y`)],
      constants,
    });
    return (await wholeWay(model(content))).prepared.plan.nodes.map((entry) => entry.node.op);
  };

  it("a bias of moderate numbers", async () => {
    expect(await masking(["Add x M -> masked"], { M: added(-10) })).toEqual(["Add", "Softmax"]);
  });

  it("a choice that something else than Softmax reads", async () => {
    const constants = { open: causalBool, C: float32Scalar(-10000) };
    expect(await masking(["Where open x C -> masked"], constants, "Relu")).toEqual(["Where", "Relu"]);
  });
});
