import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { createJiti } from "jiti";
import { ConfigError } from "../../core-ts/errors.ts";
import * as core from "../../core-ts/index.ts";
import type { RegisteredFunctions } from "../shared/infer/registry.ts";
import * as entry from "./index.ts";
import { inferFunctions } from "./infer-functions.ts";
import { systemReason } from "./system-reason.ts";

const OPTION = "-uds/--user-defined-script";

/** The first part of a loader's message: what follows is where the loader looked. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split("\nRequire stack")[0]!.replace(/\s+/g, " ").trim();
}

/**
 * Runs a user script, TypeScript or JavaScript, and gives the infer functions it registered. To it "knight-quant" is this very
 * instance of the package, wherever on the disk the script lies: it needs no node_modules beside it.
 * @throws ConfigError naming the script.
 */
export async function loadScript(path: string): Promise<RegisteredFunctions> {
  const file = resolve(path);
  if (path.endsWith(".py")) {
    throw new ConfigError(
      `${path} is a Python script; write the infer function as a TypeScript or JavaScript module, see examples/digits/infer_digits.ts`,
      { option: OPTION },
    );
  }
  await access(file).catch((cause: unknown) => {
    throw new ConfigError(`the script ${path} can't be read: ${systemReason(cause)}`, {
      option: OPTION,
      cause,
    });
  });
  // No caches: they would leave files behind, and a script is loaded once.
  const loader = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    virtualModules: { "knight-quant": entry, "knight-quant/core": core },
  });
  try {
    return await inferFunctions.during(() => loader.import(file));
  } catch (cause) {
    throw new ConfigError(`the script ${path} fails to load: ${reasonOf(cause)}`, { option: OPTION, cause });
  }
}
