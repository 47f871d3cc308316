import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

/** The binary that npm's package `deno` brings along: started directly, as a kill must reach Deno, not its launcher. */
export function denoBinary(): string {
  const platforms = join(ROOT, "node_modules", "@deno");
  const names = existsSync(platforms) ? readdirSync(platforms) : [];
  const binaries = names.flatMap((name) => ["deno", "deno.exe"].map((file) => join(platforms, name, file)));
  return binaries.find((path) => existsSync(path)) ?? "deno";
}

/** What npm installed is used as it is: nothing is fetched, asked or written down. */
export const OFFLINE = ["--no-remote", "--no-lock", "--no-prompt", "--node-modules-dir=manual"];

/** Deno's cache of compiled sources stays out of the user's home. */
export const DENO_ENV = { DENO_DIR: join(ROOT, "build", "runtimes", "deno"), DENO_NO_UPDATE_CHECK: "1" };
