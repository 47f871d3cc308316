import { ConfigError } from "../../../core-ts/errors.ts";
import { forgetDecoders } from "../detection/user-decoders.ts";
import type { FileSystem } from "../files/file-system.ts";
import { systemReason } from "../files/system-reason.ts";
import { inferFunctions } from "./infer-functions.ts";
import type { RegisteredFunctions } from "./registry.ts";
import { placeInScript } from "./script-place.ts";

const OPTION = "-uds/--user-defined-script";

/** Deno's loader colours the place. */
const ESCAPE = "\u001b";
const COLOR = new RegExp(`${ESCAPE}\\[\\d+m`, "g");

/** The first part of a loader's message: what follows is where the loader looked. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replaceAll(COLOR, "").split("\nRequire stack")[0]!.replace(/\s+/g, " ").trim();
}

/**
 * Runs a user script by the runtime's own `load`, which gets its absolute path, and gives the infer functions it registered.
 * @throws ConfigError naming the script.
 */
export async function runScript(
  fs: FileSystem,
  path: string,
  load: (file: string) => Promise<unknown>,
): Promise<RegisteredFunctions> {
  await fs.stat(path).catch((cause: unknown) => {
    throw new ConfigError(`the script ${path} can't be read: ${systemReason(cause)}`, {
      option: OPTION,
      cause,
    });
  });
  try {
    forgetDecoders();
    return await inferFunctions.during(() => load(fs.path.resolve(path)));
  } catch (cause) {
    const [reason, place] = [reasonOf(cause), placeInScript(path, cause)];
    // A parser has said where.
    const at = place === undefined || reason.includes(place) ? "" : `, at ${place}`;
    throw new ConfigError(`the script ${path} fails to load: ${reason}${at}`, { option: OPTION, cause });
  }
}
