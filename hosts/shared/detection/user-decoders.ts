import { ConfigError, KnightError, reasonOf } from "../../../core-ts/errors.ts";
import { nearest } from "../cli/nearest.ts";
import type { Detection } from "./boxes.ts";
import type { ChooseDecoder, Decoder } from "./decode/decoder.ts";
import { chooseByShape, DECODERS } from "./decode/index.ts";

const KEYS = ["x", "y", "width", "height", "score"] as const;

/** What is wrong with something that should be a detection, in words; undefined for a sound one. */
function faultOf(given: unknown, classCount: number): string | undefined {
  if (typeof given !== "object" || given === null) return `${given === null ? "null" : typeof given}`;
  const detection = given as Partial<Record<keyof Detection, unknown>>;
  const wrong = KEYS.find((key) => !Number.isFinite(detection[key]));
  if (wrong !== undefined) return `${wrong} ${String(detection[wrong])}`;
  const id = detection.classId;
  const isClass = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < classCount;
  return isClass ? undefined : `classId ${String(id)} of ${classCount} classes`;
}

/** A user's decoder, with what it returns looked at. */
function checked(name: string, decode: Decoder): Decoder {
  return (outputs, context) => {
    const fail = (sentence: string, cause?: unknown): never => {
      throw new ConfigError(`the decoder "${name}" ${sentence}`, {
        option: "-uds/--user-defined-script",
        cause,
      });
    };
    let found: unknown;
    try {
      found = decode(outputs, context);
    } catch (cause) {
      if (cause instanceof KnightError) throw cause;
      return fail(`threw: ${reasonOf(cause)}`, cause);
    }
    const form = "an array of { x, y, width, height, classId, score }, in pixels of the model's input";
    if (!Array.isArray(found))
      return fail(`returned ${found === null ? "null" : typeof found}, expected ${form}`);
    for (const [i, detection] of found.entries()) {
      const fault = faultOf(detection, context.classCount);
      if (fault !== undefined) fail(`returned ${fault} in detection ${i}, expected ${form}`);
    }
    return found as Detection[];
  };
}

/** Decoders that the script of this run has registered: a table of the process, emptied before a script is loaded. */
const registered = new Map<string, Decoder>();

/**
 * `registerDecoder("name", (outputs, context) => detections)` in a user script makes a decoder known to the key "decoder" of "input-configs".
 */
export function registerDecoder(name: string, decode: Decoder): void {
  if (typeof name !== "string" || name === "" || typeof decode !== "function")
    throw new ConfigError(
      `a decoder is registered as ${JSON.stringify(name)} with ${typeof decode}, expected registerDecoder("name", (outputs, context) => detections)`,
    );
  if (registered.has(name) || Object.hasOwn(DECODERS, name))
    throw new ConfigError(`the decoder "${name}" is registered twice, or is one of ours; name it otherwise`);
  registered.set(name, decode);
}

export function forgetDecoders(): void {
  registered.clear();
}

/** The decoder that "decoder" names. @throws ConfigError that lists those there are. */
export function findDecoder(name: string | undefined): ChooseDecoder {
  if (name === undefined) return chooseByShape;
  const own = registered.get(name);
  if (own) return () => ({ decode: checked(name, own) });
  if (Object.hasOwn(DECODERS, name)) return DECODERS[name as keyof typeof DECODERS];
  const names = [...registered.keys(), ...Object.keys(DECODERS)];
  const hint = nearest(name, names);
  throw new ConfigError(
    `there is no decoder "${name}", there are ${names.join(", ")}${hint ? `; did you mean ${hint}?` : '; others are registered by a script (-uds): registerDecoder("name", ...)'}`,
    { option: "decoder" },
  );
}
