import type { TextField, TextMessage, TextValue } from "./parse.ts";
import { textError } from "./tokens.ts";

const EMPTY: TextMessage = { fields: [], line: 0 };
const INTEGER = /^[+-]?(0[xX][0-9A-Fa-f]+|[0-9]+)$/;
const REAL = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[fF]?$/;
const SPECIAL: Readonly<Record<string, number>> = { inf: Infinity, infinity: Infinity, nan: Number.NaN };
const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, True: true, t: true, "1": true },
  ...{ false: false, False: false, f: false, "0": false },
};
/** What trains a net or chooses a library; it changes no answer. */
const NO_MATTER = new Set([
  ...["weight_filler", "bias_filler", "filler", "scale_filler", "engine", "force_nd_im2col"],
  ...["stable_prod_grad", "debug_info", "dropout_ratio", "moving_average_fraction"],
  ...["save_output_param", "visualize", "visualize_threshold", "save_file"],
]);

function integer(text: string): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const digits = text.replace(/^[+-]/, "");
  // C's octal, which nobody means but protobuf reads.
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return text.startsWith("-") ? -value : value;
}

function real(text: string): number | undefined {
  const special = SPECIAL[text.replace(/^[+-]/, "").toLowerCase()];
  if (special !== undefined) return text.startsWith("-") ? -special : special;
  return REAL.test(text) ? Number(text.replace(/[fF]$/, "")) : integer(text);
}

/** Typed reading of a message, which remembers what nobody asked for. */
export class Fields {
  readonly #message: TextMessage;
  readonly #asked = new Set<string>();
  readonly #inner = new Map<string, readonly Fields[]>();

  constructor(
    message: TextMessage | undefined,
    readonly file: string,
  ) {
    this.#message = message ?? EMPTY;
  }

  /** The line where the message begins. */
  get line(): number {
    return this.#message.line;
  }

  /** The line of a field that is there. */
  lineOf(name: string): number {
    return this.#message.fields.find((field) => field.name === name)?.line ?? this.line;
  }

  has(name: string): boolean {
    return this.#message.fields.some((field) => field.name === name);
  }

  #all(name: string): TextField[] {
    this.#asked.add(name);
    return this.#message.fields.filter((field) => field.name === name);
  }

  #one(name: string): TextField | undefined {
    const [first, second] = this.#all(name);
    if (second) throw textError(this.file, second.line, `"${name}" stands twice, and may only once`);
    return first;
  }

  #read<T>(field: TextField, what: string, read: (value: TextValue) => T | undefined): T {
    const found = read(field.value);
    if (found !== undefined) return found;
    const { value } = field;
    const shown = value.kind === "message" ? "a message" : `"${value.text}"`;
    throw textError(this.file, field.line, `"${field.name}" is ${shown}, expected ${what}`);
  }

  #word<T>(field: TextField, what: string, read: (text: string) => T | undefined): T {
    return this.#read(field, what, (value) => (value.kind === "word" ? read(value.text) : undefined));
  }

  ints(name: string): number[] {
    return this.#all(name).map((field) => this.#word(field, "an integer", integer));
  }

  int<F extends number | undefined>(name: string, fallback: F): number | F {
    const field = this.#one(name);
    return field ? this.#word(field, "an integer", integer) : fallback;
  }

  floats(name: string): number[] {
    return this.#all(name).map((field) => this.#word(field, "a number", real));
  }

  float<F extends number | undefined>(name: string, fallback: F): number | F {
    const field = this.#one(name);
    return field ? this.#word(field, "a number", real) : fallback;
  }

  bool<F extends boolean | undefined>(name: string, fallback: F): boolean | F {
    const field = this.#one(name);
    return field ? this.#word(field, "true or false", (text) => BOOLEANS[text]) : fallback;
  }

  /** The name of an enum's member, also where the file gives its number. */
  member<M extends string>(name: string, members: Readonly<Record<M, number>>, fallback: NoInfer<M>): M {
    const field = this.#one(name);
    if (!field) return fallback;
    const names = Object.keys(members) as M[];
    return this.#word(field, names.join(", "), (text) =>
      names.find((member) => member === text || String(members[member]) === text),
    );
  }

  strings(name: string): string[] {
    return this.#all(name).map((field) =>
      this.#read(field, "a quoted string", (value) => (value.kind === "string" ? value.text : undefined)),
    );
  }

  string<F extends string | undefined>(name: string, fallback: F): string | F {
    this.#one(name);
    return this.strings(name)[0] ?? fallback;
  }

  messages(name: string): readonly Fields[] {
    const known = this.#inner.get(name);
    if (known) return known;
    const found = this.#all(name).map((field) => {
      const message = this.#read(field, "a message in braces", (value) =>
        value.kind === "message" ? value.message : undefined,
      );
      return new Fields(message, this.file);
    });
    this.#inner.set(name, found);
    return found;
  }

  /** The message, empty where there is none: all its fields have their defaults then. */
  message(name: string): Fields {
    this.#one(name);
    return this.messages(name)[0] ?? new Fields(undefined, this.file);
  }

  /** The words of a field that is an enum in one form of the format and a string in the other. */
  wordOrString(name: string): { readonly text: string; readonly isWord: boolean } | undefined {
    const field = this.#one(name);
    return (
      field &&
      this.#read(field, "a word or a string", (value) =>
        value.kind === "message" ? undefined : { text: value.text, isWord: value.kind === "word" },
      )
    );
  }

  /** Fields inside of the messages that were opened which nobody asked for, as "pooling_param.foo". */
  unreadInside(): string[] {
    return [...this.#inner].flatMap(([name, messages]) =>
      messages.flatMap((inner) =>
        [...inner.unread(), ...inner.unreadInside()].map((path) => `${name}.${path}`),
      ),
    );
  }

  /** Fields that nobody asked for. */
  unread(): string[] {
    const names = new Set(this.#message.fields.map(({ name }) => name));
    return [...names].filter((name) => !this.#asked.has(name) && !NO_MATTER.has(name));
  }
}
