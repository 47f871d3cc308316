import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { functionCasesText } from "../conformance/make/index.ts";
import { bundleChild, CASES, ROOT } from "./bundle.ts";
import { runChild, whyNot } from "./child-process.ts";
import type { ValgrindReport } from "./children/valgrind.ts";

/** Cases of each op: fewer than test/core-ts/fixed runs, since valgrind takes its time. */
const COUNT = 16;
const LIMIT_MS = 400_000;

function reasonToSkip(): string | null {
  if (process.arch !== "x64") return `the AVX2 kernels are x86-64 code, and this is ${process.arch}`;
  return whyNot("valgrind");
}

// valgrind hides AVX-512 and VNNI, so that ONNX Runtime takes its AVX2 kernels (spec/fixed-point-ir.md).
it("the integer ops give the same bytes with ONNX Runtime's AVX2 kernels", {
  timeout: LIMIT_MS + 30_000,
}, async ({ skip }) => {
  const reason = reasonToSkip();
  if (reason !== null) skip(reason);
  const child = await bundleChild("valgrind", {
    platform: "node",
    target: "node20",
    packages: "external",
  });
  const functionsFile = join(ROOT, "build", "runtimes", "functions.json");
  mkdirSync(join(ROOT, "build", "runtimes"), { recursive: true });
  writeFileSync(functionsFile, functionCasesText(COUNT));
  const tool = ["--tool=none", "--smc-check=all-non-file", "--quiet"];
  const args = [...tool, process.execPath, "--jitless", child, CASES, functionsFile];
  const output = await runChild("valgrind", args, { cwd: ROOT, timeoutMs: LIMIT_MS });
  const report = JSON.parse(output) as ValgrindReport;
  expect(report.failures).toEqual([]);
  expect(report.totals.join("\n")).toMatch(/^functions: \d{4} passed, 0 failed, 0 skipped$/m);
  // The proof that those kernels ran: the product that the bodies avoid is wrong here.
  expect(report.unsignedBySigned).toBeLessThan(64 * 255 * 127);
});
