// Brings a checkout to the state where it runs: packages installed, generated files, kernels and dist/ up to date.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fingerprint } from "./fingerprint.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".fingerprint");
/** The part of dist/ that scripts/build-browser.mjs makes, and looks after. */
const BROWSER = "browser";
/** npm's own list of what it has installed. */
const INSTALLED = join(ROOT, "node_modules", ".package-lock.json");
/** Folders of generated JavaScript below this one are copied: the compiler leaves them alone. */
const WITH_GENERATED = "core-ts";
const COMPILED = ["core-ts", "hosts", "conformance"];
const SETTINGS = [
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "node_modules/typescript/package.json",
];
/** npm writes both lock files in one go; a difference below this is no change. */
const LOCK_TOLERANCE_MS = 2000;

/** A failure the user can act on: its message is all that is shown. */
export class SetupError extends Error {
  name = "SetupError";
}

function spawn(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", ...options });
  if (error) throw error;
  return status ?? (signal ? 1 : 0);
}

/** Runs a JavaScript file of the project or of a package with this Node; returns its exit code. */
export function runNode(file, args = []) {
  return spawn(process.execPath, [file, ...args]);
}

/** Runs a file of an installed package, for instance "vitest/vitest.mjs"; returns its exit code. */
export function runPackage(file, args = []) {
  return runNode(join(ROOT, "node_modules", file), args);
}

function runNpm(args) {
  const entry = process.env.npm_execpath;
  if (entry && basename(entry).startsWith("npm")) return runNode(entry, args);
  try {
    return spawn("npm", args, { shell: process.platform === "win32" });
  } catch (cause) {
    throw new SetupError(
      "npm was not found; it comes with Node (https://nodejs.org): install it and run this again.",
      { cause },
    );
  }
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  const lock = join(ROOT, "package-lock.json");
  return !existsSync(lock) || statSync(lock).mtimeMs <= statSync(INSTALLED).mtimeMs + LOCK_TOLERANCE_MS;
}

/**
 * Installs the packages when node_modules is missing or older than package-lock.json. Not `npm ci`: it refuses a lock file
 * without the native packages of every platform, and a registry that lacks some of them makes such a file.
 * `npm install --no-save` takes the locked versions as well and leaves the file alone.
 */
export function ensureInstalled() {
  if (isInstalled()) return;
  process.stderr.write("Installing packages (npm install) ...\n");
  const code = runNpm(["install", "--no-save", "--include=dev", "--no-fund", "--no-audit"]);
  if (code !== 0) {
    throw new SetupError(
      `npm install failed with exit code ${code}: see its messages above; it needs a package registry.`,
    );
  }
  // npm leaves its own list alone when nothing had to change; its time must say that the lock file was seen.
  if (existsSync(INSTALLED)) utimesSync(INSTALLED, new Date(), new Date());
}

function buildStep(what, code) {
  if (code !== 0)
    throw new SetupError(`Building ${what} failed with exit code ${code}: see the messages above.`);
}

/** Compiles core-ts, hosts and conformance into dist/, from scratch: tsc alone would leave what has lost its source. */
function compile(state) {
  process.stderr.write("Compiling into dist/ ...\n");
  const old = existsSync(DIST) ? readdirSync(DIST).filter((name) => name !== BROWSER) : [];
  for (const name of old) rmSync(join(DIST, name), { recursive: true });
  buildStep("dist/", runPackage("typescript/bin/tsc", ["-p", "tsconfig.build.json"]));
  for (const path of readdirSync(join(ROOT, WITH_GENERATED), { recursive: true })) {
    if (basename(path) !== "generated") continue;
    const folder = join(WITH_GENERATED, path);
    cpSync(join(ROOT, folder), join(DIST, folder), { recursive: true });
  }
  mkdirSync(DIST, { recursive: true });
  writeFileSync(STAMP, state);
}

/** Builds what is out of date: the protobuf code, the kernels (each script looks for itself), then dist/. */
export function ensureBuilt() {
  buildStep("the protobuf code", runNode("scripts/build-proto.mjs"));
  buildStep("the kernels", runNode("scripts/build-kernels.mjs"));
  buildStep("the report's page", runNode("scripts/build-report.mjs"));
  if (!isBuilt()) compile(sourceState());
}

function sourceState() {
  return fingerprint(ROOT, [...COMPILED, ...SETTINGS]);
}

/** Whether dist/ is there and made from the sources as they are. */
export function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === sourceState();
}
