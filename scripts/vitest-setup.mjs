// vitest's globalSetup: `npx vitest run FILE` works right after an edit of the protobuf schema or of a kernel.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export default function setup() {
  for (const script of ["build-proto.mjs", "build-kernels.mjs"]) {
    if (!existsSync(new URL(script, import.meta.url))) continue;
    execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], { stdio: "inherit" });
  }
}
