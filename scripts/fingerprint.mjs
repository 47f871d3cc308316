// One hash over the contents of a set of source files. Contents, not times: a git checkout gives files new times, and a
// deleted file has none.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const COMPILED_KINDS = /\.(tsx?|js|mjs|json|css|html|svg)$/;

function filesUnder(root, path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const below = readdirSync(join(root, path)).flatMap((name) => filesUnder(root, `${path}/${name}`));
  return below.filter((file) => COMPILED_KINDS.test(file));
}

/**
 * SHA-256, in hexadecimal, over the sorted relative paths and the contents of `paths`: files, and folders with every
 * source file below them.
 */
export function fingerprint(root, paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesUnder(root, path)).sort()) {
    hash.update(`${file}\0`).update(
      createHash("sha256")
        .update(readFileSync(join(root, file)))
        .digest(),
    );
  }
  return hash.digest("hex");
}
