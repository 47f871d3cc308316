import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Files that a clone gets: those of the index, as far as they are on disk. */
function trackedFiles(): string[] {
  return execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
}

describe("the repository", () => {
  it("is under Apache-2.0, word for word", () => {
    // The SHA-256 of https://www.apache.org/licenses/LICENSE-2.0.txt, the same file as Debian's common-licenses/Apache-2.0.
    const digest = createHash("sha256").update(read("LICENSE")).digest("hex");
    expect(digest).toBe("cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30");
    expect(JSON.parse(read("package.json"))).toMatchObject({
      license: "Apache-2.0",
      engines: { node: ">=20" },
    });
  });

  it("runs no install script of a package, and needs none of its own", () => {
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const hooks = Object.keys(scripts).filter((name) => /^(pre|post)|^(install|prepare)$/.test(name));
    expect(hooks).toEqual([]);
  });

  it("locks every package to a version and a hash", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { integrity?: string; link?: boolean }>;
    };
    const loose = Object.entries(packages).filter(
      ([path, { integrity, link }]) => path && !integrity && !link,
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  // A source archive has no index to ask.
  it.skipIf(!existsSync(join(ROOT, ".git")))("tracks nothing that is built, and no file over 2 MB", () => {
    const tracked = trackedFiles();
    expect(tracked).toContain("scripts/run.mjs");
    expect(tracked.filter((path) => /(^|\/)(node_modules|dist|build|generated)\//.test(path))).toEqual([]);
    const large = tracked.filter(
      (path) => (statSync(join(ROOT, path), { throwIfNoEntry: false })?.size ?? 0) > 2e6,
    );
    expect(large).toEqual([]);
  });

  it("has a .ci/run that bash can read and that stops at the first failure", () => {
    execFileSync("bash", ["-n", join(ROOT, ".ci/run")]);
    expect(read(".ci/run")).toContain("set -euo pipefail");
  });
});
