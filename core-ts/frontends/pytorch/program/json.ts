import { ModelError } from "../../../errors.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A part of the program's JSON, with the path to it for messages. */
export class JsonPart {
  constructor(
    readonly value: Json | undefined,
    readonly file: string,
    readonly path: string,
  ) {}

  broken(expected: string): ModelError {
    return new ModelError(
      `${this.file}: "${this.path}" of the exported graph is not ${expected}; export the model again with torch.export.save`,
      { file: this.file },
    );
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  get(key: string): JsonPart {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.broken("an object");
    const object = value as { readonly [key: string]: Json };
    return new JsonPart(
      Object.hasOwn(object, key) ? object[key] : undefined,
      this.file,
      this.path === "" ? key : `${this.path}.${key}`,
    );
  }

  /** Keys and parts of an object. */
  entries(): (readonly [string, JsonPart])[] {
    if (typeof this.value !== "object" || this.value === null) throw this.broken("an object");
    return Object.keys(this.value).map((key) => [key, this.get(key)] as const);
  }

  /** The only key of a union, and what it holds. */
  union(): readonly [string, JsonPart] {
    const found = this.entries().filter(([, part]) => !part.isAbsent);
    if (found.length !== 1) throw this.broken("one of the kinds of an argument");
    return found[0]!;
  }

  list(): JsonPart[] {
    if (!Array.isArray(this.value)) throw this.broken("a list");
    return (this.value as readonly Json[]).map(
      (one, i) => new JsonPart(one, this.file, `${this.path}[${i}]`),
    );
  }

  text(): string {
    if (typeof this.value !== "string") throw this.broken("a text");
    return this.value;
  }

  /** A number; infinities and NaN are written as texts. */
  number(): number {
    const { value } = this;
    if (typeof value === "number") return value;
    const named = typeof value === "string" && ["Infinity", "-Infinity", "NaN"].includes(value);
    if (!named) throw this.broken("a number");
    return Number(value);
  }

  flag(): boolean {
    if (typeof this.value !== "boolean") throw this.broken("true or false");
    return this.value;
  }
}

/** Python writes infinities and NaN bare, which JSON does not know. */
const BARE = /(?<=[[,:]\s*)(-?Infinity|NaN)(?=\s*[\],}])/g;

/** @throws ModelError when the bytes are no JSON. */
export function parseJson(bytes: Uint8Array, file: string, entry: string): JsonPart {
  const text = new TextDecoder().decode(bytes);
  const quoted = text.includes("Infinity") || text.includes("NaN") ? text.replace(BARE, '"$1"') : text;
  try {
    return new JsonPart(JSON.parse(quoted) as Json, file, "");
  } catch (cause) {
    throw new ModelError(`${entry} in ${file} is no JSON; the file may be damaged: export it again`, {
      file,
      cause,
    });
  }
}
