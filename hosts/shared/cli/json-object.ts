import { reasonOf } from "../../../core-ts/errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value of a JSON text, which may begin with a byte order mark. @param refuse makes the error of the file at hand out of a sentence.
 * @throws what `refuse` makes for text that is no JSON.
 */
export function parseJson(text: string, refuse: (sentence: string, cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw refuse(`it is no JSON (${reasonOf(cause)})`, cause);
  }
}
