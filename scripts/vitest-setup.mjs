// vitest's globalSetup: `npx vitest run FILE` works right after an edit of the protobuf schema, a kernel or the report's page.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setup() {
  for (const script of ["build-proto.mjs", "build-kernels.mjs", "build-report.mjs"]) {
    execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], { stdio: "inherit" });
  }
}
