import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { CaseFiles } from "../../../conformance/case-file.ts";
import { errors } from "../../../conformance/groups/errors.ts";
import type { CaseReader, Group, NamedCase } from "../../../conformance/groups/group.ts";
import { models } from "../../../conformance/groups/models.ts";
import { passes } from "../../../conformance/groups/passes.ts";
import type { ConformanceHost } from "../../../conformance/index.ts";
import { PASSES } from "../../../core-ts/passes/index.ts";
import { webBackend } from "../../support/backends.ts";
import { loadKernels } from "../../support/kernels.ts";

let host: ConformanceHost;
beforeAll(async () => {
  const kernels = await loadKernels("simd");
  host = {
    name: "Node",
    backend: webBackend(),
    kernels,
    readCases: () => Promise.reject(new Error("no files")),
  };
});

type WholeFile = "passes" | "models" | "errors";
type StoredCase<N extends WholeFile> = CaseFiles[N]["cases"][string][number];

const fileOf = <N extends WholeFile>(name: N): CaseFiles[N] =>
  JSON.parse(readFileSync(new URL(`../../../conformance/cases/${name}.json`, import.meta.url), "utf8"));

/** The verdict on one stored case, changed. */
async function verdictOn<N extends WholeFile>(name: N, op: string, change: (one: StoredCase<N>) => object) {
  const [stored] = fileOf(name).cases[op] as readonly StoredCase<N>[];
  const read = (async () => ({
    cases: { [op]: [{ ...stored!, ...change(stored!) }] },
  })) as unknown as CaseReader;
  const group: Group<NamedCase> = { passes, models, errors }[name];
  return (await group.judge(await group.load(name, read), host))[0];
}

describe("passes", () => {
  const expected = (change: Partial<StoredCase<"passes">["expected"]>) =>
    verdictOn("passes", "foldAffine", (one) => ({ expected: { ...one.expected, ...change } }));

  it("has cases of every pass, and of all together", () => {
    expect(Object.keys(fileOf("passes").cases).sort()).toEqual([...Object.keys(PASSES), "optimize"].sort());
  });

  it("sees another node, a node too many and one too few", async () => {
    expect(await expected({})).toBeNull();
    expect(await expected({ nodes: ["node_y: z = Conv(x, w)"] })).toMatch(
      /node 0: found node_y: z = Conv\(x, w_folded.*, expected node_y: z = Conv\(x, w\)$/,
    );
    expect(await expected({ nodes: [] })).toMatch(/found node_y: .*, expected none$/);
  });

  it("sees another constant", async () => {
    const zeros = { dtype: "float32", dims: [2], base64: "AAAAAAAAAAA=" } as const;
    expect(await expected({ constants: {} })).toMatch(/found constants node_y\/bias, w_folded, expected $/);
    const [{ expected: right }] = fileOf("passes").cases.foldAffine as [StoredCase<"passes">];
    expect(await expected({ constants: { ...right.constants, "node_y/bias": zeros } })).toMatch(
      /constant node_y\/bias: element 1 of float32\[2\]: found 5, expected 0$/,
    );
  });
});

describe("models", () => {
  it("sees another model", async () => {
    const verdict = await verdictOn("models", "perceptron", () => ({ options: { bits: 16 } }));
    expect(verdict).toMatch(/found a model of SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/);
  });

  it("does not depend on the order of the data", async () => {
    const verdict = await verdictOn("models", "perceptron", ({ batches }) => ({
      batches: batches.toReversed(),
    }));
    expect(verdict).toBeNull();
  });
});

describe("errors", () => {
  const expected = (change: Partial<StoredCase<"errors">["expected"]>) =>
    verdictOn("errors", "option", (one) => ({ expected: { ...one.expected, ...change } }));

  it("sees another code, another place, another sentence and no error at all", async () => {
    expect(await expected({})).toBeNull();
    expect(await expected({ code: "DATA" })).toMatch(/found error CONFIG \(.*\), expected DATA$/);
    expect(await expected({ where: { option: "--chips" } })).toMatch(
      /found option "--chip", expected "--chips"$/,
    );
    expect(await expected({ says: ["TX0"] })).toMatch(/expected a sentence that names "TX0"$/);
    expect(await verdictOn("errors", "option", () => ({ options: {} }))).toMatch(
      /found a quantized model, expected error CONFIG$/,
    );
  });

  it("covers every code but that of our own mistakes", () => {
    const codes = Object.values(fileOf("errors").cases).flatMap((some) =>
      some.map((one) => one.expected.code),
    );
    expect([...new Set(codes)].sort()).toEqual([
      "ABORTED",
      "CONFIG",
      "DATA",
      "HARDWARE_RANGE",
      "MODEL",
      "UNSUPPORTED",
    ]);
  });
});
