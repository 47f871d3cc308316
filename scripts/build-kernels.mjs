// Builds build/kernels.simd.wasm and build/kernels.scalar.wasm from core-as/ with the AssemblyScript compiler.
// A build whose output is newer than every source, asconfig.json and the compiler's package.json is skipped.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCES = join(ROOT, "core-as");
const TARGETS = ["simd", "scalar"];

/** Path of the compiled kernels of one kind. */
export function kernelsPath(kind) {
  return join(ROOT, "build", `kernels.${kind}.wasm`);
}

function newestSource() {
  const files = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  files.push(join(ROOT, "asconfig.json"), join(ROOT, "node_modules", "assemblyscript", "package.json"));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** Test workers may build at the same time: whoever reads must never see half a file. */
function writeWhole(name, contents, baseDir) {
  const path = resolve(baseDir, name);
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, contents);
  renameSync(partial, path);
}

async function compile(target) {
  const { default: asc } = await import("assemblyscript/asc");
  const args = ["--config", "asconfig.json", "--target", target, "--baseDir", ROOT];
  const { error, stderr } = await asc.main(args, { writeFile: writeWhole });
  const said = stderr.toString();
  if (said) process.stderr.write(said);
  if (error)
    throw new Error(`the ${target} kernels did not compile; see the messages above`, { cause: error });
}

/** Builds what is out of date; returns the targets that were built. */
export async function buildKernels() {
  const newest = newestSource();
  const stale = TARGETS.filter(
    (target) => !existsSync(kernelsPath(target)) || statSync(kernelsPath(target)).mtimeMs < newest,
  );
  mkdirSync(join(ROOT, "build"), { recursive: true });
  for (const target of stale) await compile(target);
  return stale;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const built = await buildKernels();
  process.stdout.write(built.length ? `built kernels: ${built.join(", ")}\n` : "kernels are up to date\n");
}
