import { beforeAll, describe, expect, it } from "vitest";
import { readCases } from "../conformance/hosts.ts";
import { nodeBackend, webBackend } from "../support/backends.ts";
import { type KernelKind, loadKernels } from "../support/kernels.ts";
import { whyNot } from "./child-process.ts";
import { type RuntimeReport, reportOn } from "./children/report.ts";
import { answersOf, quantizeSmallModel } from "./children/small-model.ts";
import { denoBinary, denoReport } from "./deno.ts";
import { WORKERD, workerdReport } from "./workerd.ts";

/** Each takes about 4 s on two free cores. */
const LIMIT_MS = 100_000;
const TIME = { timeout: LIMIT_MS + 20_000 };

async function nodeReport(kind: KernelKind): Promise<RuntimeReport> {
  return reportOn("Node", { backend: webBackend(), kernels: await loadKernels(kind), readCases });
}

describe("the core alone, on onnxruntime-web's WASM backend", () => {
  let node: RuntimeReport;
  beforeAll(async () => {
    node = await nodeReport("simd");
  }, LIMIT_MS);

  /** The same totals of the conformance suite, and the same bytes of the models it quantizes. */
  function expectSame(report: RuntimeReport, runtime: RegExp): void {
    expect(report.runtime).toMatch(runtime);
    expect(report.failures).toEqual([]);
    expect({ ...report, runtime: "" }).toEqual({ ...node, runtime: "" });
  }

  it("passes the conformance suite on Node and quantizes a small model in three ways", () => {
    expect(node.failures).toEqual([]);
    expect(node.totals.every((line) => line.endsWith(" 0 failed, 0 skipped"))).toBe(true);
    expect(new Set(Object.values(node.models).map(({ sha256 }) => sha256)).size).toBe(3);
  });

  it("writes models that answer the same integers on onnxruntime-node", TIME, async () => {
    const written = await quantizeSmallModel({ backend: webBackend(), kernels: await loadKernels("simd") });
    for (const [name, bytes] of written) {
      const { answers } = node.models[name]!;
      // Fixed-point integers, not real units, and not a few saturated ones.
      expect(answers.every(Number.isInteger)).toBe(true);
      expect(new Set(answers).size).toBeGreaterThan(20);
      expect(await answersOf(bytes, nodeBackend())).toEqual(answers);
    }
  });

  it("writes the same bytes with the scalar kernels", TIME, async () => {
    expectSame(await nodeReport("scalar"), /^Node$/);
  });

  it("writes the same bytes inside Deno, with no permission but to read", TIME, async ({ skip }) => {
    const reason = whyNot(denoBinary());
    if (reason !== null) skip(reason);
    expectSame(await denoReport(LIMIT_MS), /^Deno \d/);
  });

  it("writes the same bytes inside workerd", TIME, async ({ skip }) => {
    const reason = whyNot(process.execPath, [WORKERD, "--version"]);
    if (reason !== null) skip(reason);
    expectSame(await workerdReport(LIMIT_MS), /^workerd$/);
  });
});
