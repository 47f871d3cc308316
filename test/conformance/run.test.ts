import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { type ConformanceHost, failures, runConformance, totals } from "../../conformance/index.ts";
import type { Backend } from "../../core-ts/backend.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { tensor } from "../../core-ts/tensor/tensor.ts";
import { nodeBackend, webBackend } from "../support/backends.ts";
import { loadKernels } from "../support/kernels.ts";
import { readCases } from "./hosts.ts";

/** What every host that skips nothing prints. */
const TOTALS = [
  "kernels: 140 passed, 0 failed, 0 skipped",
  "searches: 112 passed, 0 failed, 0 skipped",
  "functions: 790 passed, 0 failed, 0 skipped",
  "passes: 54 passed, 0 failed, 0 skipped",
  "models: 27 passed, 0 failed, 0 skipped",
  "errors: 46 passed, 0 failed, 0 skipped",
];

let simd: Kernels;
let scalar: Kernels;
beforeAll(async () => {
  [simd, scalar] = [await loadKernels("simd"), await loadKernels("scalar")];
});

const host = (parts: Partial<ConformanceHost>): ConformanceHost => ({ name: "Node", readCases, ...parts });

describe("the conformance suite on Node", () => {
  it.each<[string, () => { backend: Backend; kernels: Kernels }]>([
    ["onnxruntime-node and SIMD kernels", () => ({ backend: nodeBackend(), kernels: simd })],
    ["onnxruntime-web and scalar kernels", () => ({ backend: webBackend(), kernels: scalar })],
  ])("passes as a whole on %s", async (_, parts) => {
    const result = await runConformance(host(parts()));
    expect(failures(result)).toEqual([]);
    expect(totals(result)).toEqual(TOTALS);
  });
});

it("conformance/README.md prints these totals", async () => {
  const readme = await readFile(new URL("../../conformance/README.md", import.meta.url), "utf8");
  for (const line of TOTALS) expect(readme).toContain(`    ${line}\n`);
});

describe("the conformance suite can fail", () => {
  const unseen = (...groups: string[]) =>
    Object.fromEntries(groups.map((one) => [one, "not looked at here"]));
  const skip = unseen("functions", "searches", "passes", "models", "errors");

  it("names the case, what was found and what was expected", async () => {
    const wrong: Kernels = {
      ...simd,
      minMax: (x) => ({ ...simd.minMax(x), zeros: -1 }),
      fakeQuantize(x, grid, out) {
        simd.fakeQuantize(x, grid, out);
        out.forEach((v, i) => {
          if (v === 0) out[i] = -0;
        });
      },
    };
    const result = await runConformance(host({ kernels: wrong }), { skip });
    const { failed } = result.groups.kernels;
    expect(failed).toContain("kernels/minMax/0: element 3 of float64[4]: found -1, expected 0");
    expect(failed.some((one) => /^kernels\/fakeQuantize\/\d+: .*found -0, expected 0$/.test(one))).toBe(true);
    expect(totals(result)[0]).toMatch(/^kernels: \d+ passed, 1\d failed, 0 skipped$/);
  });

  it("fails every case of a model that does not load, and goes on", async () => {
    const backend: Backend = {
      name: "broken",
      createSession: () => Promise.reject(new Error("no such kernel")),
    };
    const result = await runConformance(host({ backend, kernels: simd }), {
      skip: unseen("searches"),
    });
    expect(result.groups.functions.failed).toContain("functions/Add/0: no such kernel");
    expect(result.groups.functions.passed).toBe(0);
    expect(totals(result)[0]).toBe(TOTALS[0]);
  });

  it("sees a wrong type and a wrong shape", async () => {
    const backend: Backend = {
      name: "answers with one number",
      createSession: async () => ({
        inputNames: [],
        outputNames: [],
        run: async () => ({ get: () => tensor("float32", [1], Float32Array.of(0)) }) as never,
        release: async () => undefined,
      }),
    };
    const result = await runConformance(host({ backend }), {
      skip: unseen("kernels", "searches", "passes", "models", "errors"),
    });
    expect(result.groups.functions.passed).toBe(0);
    expect(result.groups.functions.failed[0]).toMatch(
      /^functions\/Add\/0: found float32\[1\], expected u?int/,
    );
  });
});

describe("skips", () => {
  it("count apart and print their reason", async () => {
    const noRuntime = "no ONNX Runtime here";
    const result = await runConformance(host({ kernels: simd }), {
      skip: {
        ...{ functions: noRuntime, passes: noRuntime, models: noRuntime, errors: noRuntime },
        "kernels/minMax": "for the test",
        "kernels/requantize/1": "for the test",
      },
    });
    expect(failures(result)).toEqual([]);
    expect(totals(result)).toEqual([
      "kernels: 129 passed, 0 failed, 11 skipped (for the test)",
      TOTALS[1],
      ...TOTALS.slice(2).map((line) =>
        line.replace(
          /: (\d+) passed, 0 failed, 0 skipped/,
          `: 0 passed, 0 failed, $1 skipped (${noRuntime})`,
        ),
      ),
    ]);
    expect(result.groups.kernels.skipped.map((one) => one.case)).toContain("kernels/requantize/1");
  });

  it("are needed where the host lacks a part", async () => {
    const result = await runConformance(host({}));
    expect(totals(result).every((line) => line.includes(": 0 passed"))).toBe(true);
    expect(failures(result)[0]).toMatch(/^kernels\/minMax\/0: the host "Node" has no kernels; hand them in/);
  });

  it("that skip nothing are an error", async () => {
    await expect(runConformance(host({}), { skip: { "functions/Conv9": "a slip" } })).rejects.toThrow(
      'no conformance case is called "functions/Conv9"',
    );
  });
});
