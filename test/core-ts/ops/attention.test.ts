import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { prepare } from "../../../core-ts/pipeline.ts";
import { ownPlan, type QuantPlan } from "../../../core-ts/plan/plan.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { testHost } from "../../support/one-op.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, type WholeWay, wholeWay } from "../../support/whole-way.ts";

/** 1 sample, 24 tokens, 2 heads of 8. */
const [TOKENS, WIDTH, HEADS] = [24, 16, 2];
const next = random(3);
const weights = (...dims: number[]) => normals(dims, next, 0.35);
const i64 = (...values: number[]) => int64Tensor(values);
const index = (value: number) => tensor("int64", [], BigInt64Array.of(BigInt(value)));
const perm = (...axes: number[]) => ({ perm: attr.ints(axes) });
const equation = (text: string) => ({ equation: attr.string(text) });
const last = { axis: attr.int(-1) };

const COMMON: Record<string, Tensor> = {
  heads: i64(1, TOKENS, HEADS, WIDTH / HEADS),
  merged: i64(1, TOKENS, WIDTH),
  root: float32Scalar(Math.sqrt(WIDTH / HEADS)),
  scale: float32Scalar(1 / Math.sqrt(WIDTH / HEADS)),
  wo: weights(WIDTH, WIDTH),
  bo: weights(WIDTH),
};
const OUT: NodeText[] = [
  ["ct", "Transpose", "c", perm(0, 2, 1, 3)],
  ["cm", "Reshape", "ct merged"],
  ["po", "MatMul", "cm wo"],
  ["y", "Add", "po bo"],
];

/** Queries, keys and values by weights of their own. */
function separate(): { nodes: NodeText[]; constants: Record<string, Tensor> } {
  const nodes = ["q", "k", "v"].flatMap((part): NodeText[] => [
    [`p${part}`, "MatMul", `x w${part}`],
    [`a${part}`, "Add", `p${part} b${part}`],
    [`h${part}`, "Reshape", `a${part} heads`],
    [part, "Transpose", `h${part}`, part === "k" ? perm(0, 2, 3, 1) : perm(0, 2, 1, 3)],
  ]);
  const constants = ["q", "k", "v"].flatMap((part) => [
    [`w${part}`, weights(WIDTH, WIDTH)],
    [`b${part}`, weights(WIDTH)],
  ]);
  return { nodes, constants: Object.fromEntries(constants) as Record<string, Tensor> };
}

interface Block {
  readonly nodes: readonly NodeText[];
  readonly constants: Record<string, Tensor>;
}

const BLOCKS: Record<string, () => Block> = {
  "packed, taken by Gather, queries scaled (timm)": () => ({
    nodes: [
      ["p", "MatMul", "x w"],
      ["a", "Add", "p b"],
      ["h", "Reshape", "a packed"],
      ["t", "Transpose", "h", perm(2, 0, 3, 1, 4)],
      ["q", "Gather", "t i0", { axis: attr.int(0) }],
      ["k", "Gather", "t i1", { axis: attr.int(0) }],
      ["v", "Gather", "t i2", { axis: attr.int(0) }],
      ["qs", "Mul", "q scale"],
      ["kt", "Transpose", "k", perm(0, 1, 3, 2)],
      ["s", "MatMul", "qs kt"],
      ["w1", "Softmax", "s", last],
      ["c", "MatMul", "w1 v"],
      ...OUT,
    ],
    constants: {
      w: weights(WIDTH, 3 * WIDTH),
      b: weights(3 * WIDTH),
      packed: i64(1, TOKENS, 3, HEADS, WIDTH / HEADS),
      ...{ i0: index(0), i1: index(1), i2: index(2) },
    },
  }),
  "separate, scores divided, an added mask (BERT)": () => {
    const { nodes, constants } = separate();
    const mask = tensor(
      "float32",
      [1, 1, 1, TOKENS],
      Float32Array.from({ length: TOKENS }, (_, i) => (i < TOKENS - 5 ? 0 : -10000)),
    );
    return {
      nodes: [
        ...nodes,
        ["s", "MatMul", "q k"],
        ["d", "Div", "s root"],
        ["m", "Add", "d mask"],
        ["w1", "Softmax", "m", last],
        ["c", "MatMul", "w1 v"],
        ...OUT,
      ],
      constants: { ...constants, mask },
    };
  },
  "packed, cut by Split, a causal mask (GPT)": () => ({
    nodes: [
      ["p", "MatMul", "x w"],
      ["a", "Add", "p b"],
      ["fq fk fv", "Split", "a", { axis: attr.int(2), num_outputs: attr.int(3) }],
      ...["q", "k", "v"].flatMap((part): NodeText[] => [
        [`h${part}`, "Reshape", `f${part} heads`],
        [part, "Transpose", `h${part}`, part === "k" ? perm(0, 2, 3, 1) : perm(0, 2, 1, 3)],
      ]),
      ["s", "MatMul", "q k"],
      ["d", "Div", "s root"],
      ["m", "Where", "past d never"],
      ["w1", "Softmax", "m", last],
      ["c", "MatMul", "w1 v"],
      ...OUT,
    ],
    constants: {
      w: weights(WIDTH, 3 * WIDTH),
      b: weights(3 * WIDTH),
      past: tensor(
        "bool",
        [1, 1, TOKENS, TOKENS],
        Uint8Array.from({ length: TOKENS * TOKENS }, (_, i) =>
          i % TOKENS <= Math.floor(i / TOKENS) ? 1 : 0,
        ),
      ),
      never: float32Scalar(-3.4e38),
    },
  }),
  "by Einsum (Keras)": () => ({
    nodes: [
      ...["q", "k", "v"].map((part): NodeText => [part, "Einsum", `x e${part}`, equation("btd,dnh->btnh")]),
      ["qs", "Mul", "q scale"],
      ["s", "Einsum", "k qs", equation("bsnh,btnh->bnts")],
      ["w1", "Softmax", "s", last],
      ["c", "Einsum", "w1 v", equation("bnts,bsnh->btnh")],
      ["e", "Einsum", "c eo", equation("btnh,nhd->btd")],
      ["y", "Add", "e bo"],
    ],
    constants: {
      ...{ eq: weights(WIDTH, HEADS, 8), ek: weights(WIDTH, HEADS, 8), ev: weights(WIDTH, HEADS, 8) },
      eo: weights(HEADS, 8, WIDTH),
    },
  }),
};

const run = (block: Block, options: Parameters<typeof wholeWay>[1] = {}): Promise<WholeWay> =>
  wholeWay(
    buildModel({
      inputs: { x: [1, TOKENS, WIDTH] },
      nodes: block.nodes,
      constants: { ...COMMON, ...block.constants },
      outputs: "y",
    }),
    options,
  );

/**
 * Scores of ±6 in steps of 1/20 are off by up to 1/40, and probabilities by as many parts of themselves: 32 dB from there, 28 dB from
 * probabilities in steps of 1/127 of the largest, and as much from each product; 16 bit has 48 dB more, less two for headroom and table.
 */
const BAR = { 8: 22, 16: 62 } as const;

describe.each([8, 16] as const)("attention at %i bit", (bits) => {
  it.each(Object.entries(BLOCKS))("%s", async (_, block) => {
    const result = await run(block(), { options: { bits } });
    expect(result.prepared.floatLayers).toEqual([]);
    const ops = result.prepared.targetModel.graph.nodes.map(({ op }) => op);
    for (const gone of ["Mul", "Div", "Gather", "Einsum"]) expect(ops).not.toContain(gone);
    const found = outputSqnr(result, "y");
    expect(found).toBeGreaterThan(BAR[bits]);
  });

  it("in the QDQ form", async () => {
    const block = BLOCKS["packed, taken by Gather, queries scaled (timm)"]!();
    const result = await run(block, { options: { bits, ir: "qdq" } });
    expect(outputSqnr(result, "y")).toBeGreaterThan(BAR[bits]);
  });
});

describe("the observer of attention's probabilities", () => {
  const block = BLOCKS["packed, taken by Gather, queries scaled (timm)"]!();
  const observerOf = (plan: QuantPlan) => ownPlan(plan, "w1")?.observer;
  it.each([
    [8, "min_max", "kl"],
    [16, "min_max", "min_max"],
    [8, "mse", "mse"],
  ] as const)("at %i bit with %s is %s", async (bits, mode, observer) => {
    const { prepared } = await run(block, { options: { bits, mode } });
    expect(observerOf(prepared.plan)).toBe(observer);
  });

  it("is the model's own where no product reads them", async () => {
    const nodes: NodeText[] = [
      ["p", "MatMul", "x wo"],
      ["y", "Softmax", "p", last],
    ];
    const { prepared } = await run({ nodes, constants: {} });
    expect(ownPlan(prepared.plan, "y")?.observer).toBe("min_max");
  });
});

it("a QDQ model of attention is quantized again with no data: no pass changes what its scales are of", async () => {
  const block = BLOCKS["packed, taken by Gather, queries scaled (timm)"]!();
  const { quantized, prepared } = await run(block, { options: { ir: "qdq" } });
  const again = await prepare(quantized.bytes, { ...prepared.options, ir: "fixed" }, await testHost());
  expect(again.knownScales?.calibrated).toEqual([]);
});
