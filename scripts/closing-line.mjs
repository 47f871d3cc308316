// node scripts/closing-line.mjs REPORT.json: prints "N passed, N failed, N skipped" from vitest's JSON report.
// Exit code 1 when anything failed, when a file could not be run at all, or when no test ran.
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

/**
 * Counts of a report of vitest's JSON reporter. A test file that broke before its tests could be collected holds no
 * test result: it counts as one failure, or a broken import would pass unseen.
 */
export function countTests(report) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const { passed, failed, skipped } = countTests(JSON.parse(readFileSync(argv[2], "utf8")));
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}
