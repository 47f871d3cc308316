import { join } from "node:path";
import { ROOT } from "../runtimes/bundle.ts";
import { whyNot } from "../runtimes/child-process.ts";
import { DENO_ENV, denoBinary, OFFLINE } from "../runtimes/deno.ts";
import type { Command } from "./program.ts";

/** Why Deno can't be used here; null where it can. */
export const WHY_NO_DENO = whyNot(denoBinary());

/** A title for tests that need it. */
export const needsDeno = (title: string): string =>
  WHY_NO_DENO === null ? title : `${title} (skipped: ${WHY_NO_DENO})`;

/** A file of the project in Deno with these permissions, nothing else: nothing is fetched, nobody is asked. */
export function denoCommand(file: string, permissions: readonly string[], cwd: string = ROOT): Command {
  return {
    file: denoBinary(),
    args: ["run", ...OFFLINE, ...permissions, join(ROOT, file)],
    cwd,
    env: { ...process.env, ...DENO_ENV },
  };
}
