import { beforeAll, describe, expect, it } from "vitest";
import { failures, totals } from "../../conformance/index.ts";
import { readCases } from "../conformance/hosts.ts";
import { nodeBackend, webBackend } from "../support/backends.ts";
import { loadKernels } from "../support/kernels.ts";
import { type RuntimeReport, reportOn } from "./children/report.ts";
import { answersOf, quantizeSmallModels } from "./children/small-model.ts";
import { HOSTS } from "./hosts/index.ts";

/** Each takes about 4 s on two free cores. */
const LIMIT_MS = 100_000;
const TIME = { timeout: LIMIT_MS + 20_000 };

/** Of onnxruntime-web with one thread in Node, which all others that run it are compared with. */
let first: RuntimeReport;
beforeAll(async () => {
  first = await HOSTS.find((host) => host.isWasm)!.report(LIMIT_MS);
}, LIMIT_MS);

/** What the suite prints, on all hosts alike. */
const printed = ({ result }: RuntimeReport) => totals(result);

describe("the first of the hosts", () => {
  it("passes the conformance suite and quantizes two models in four ways", () => {
    expect(failures(first.result)).toEqual([]);
    expect(printed(first).every((line) => line.endsWith(" 0 failed, 0 skipped"))).toBe(true);
    expect(new Set(Object.values(first.models).map(({ sha256 }) => sha256)).size).toBe(4);
    expect(first.demo).toMatch(/^[0-9a-f]{64}$/);
  });

  it("writes models that answer the same integers on onnxruntime-node", TIME, async () => {
    const written = await quantizeSmallModels({ backend: webBackend(), kernels: await loadKernels("simd") });
    for (const [name, bytes] of written) {
      const { answers } = first.models[name]!;
      // Fixed-point integers, not real units, and not a few saturated ones.
      expect(answers.every(Number.isInteger)).toBe(true);
      expect(new Set(answers).size).toBeGreaterThan(20);
      expect(await answersOf(bytes, nodeBackend())).toEqual(answers);
    }
  });

  it("writes the same bytes with the scalar kernels", TIME, async () => {
    const kernels = await loadKernels("scalar");
    const { result, models } = await reportOn("Node", { backend: webBackend(), kernels, readCases });
    expect(totals(result)).toEqual(printed(first));
    expect(models).toEqual(first.models);
  });
});

describe.each(HOSTS.map((host) => [host.name, host] as const))("%s", (_, host) => {
  it("passes the conformance suite, with the same totals and the same bytes", TIME, async ({ skip }) => {
    const reason = host.whyNot();
    if (reason !== null) skip(reason);
    const report = await host.report(LIMIT_MS);
    expect(failures(report.result)).toEqual([]);
    expect(printed(report)).toEqual(printed(first));
    // The native runtime's floats, and so its scales, differ in their last bits.
    if (!host.isWasm) return;
    expect(report.models).toEqual(first.models);
    expect(report.demo).toBe(first.demo);
  });
});
