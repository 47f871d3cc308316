import { type Token, textError, tokenize } from "./tokens.ts";

export type TextValue =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "message"; readonly message: TextMessage };

/** One `name: value` or `name { ... }`. */
export interface TextField {
  readonly name: string;
  readonly value: TextValue;
  readonly line: number;
}

/** Fields in the order of the file; a repeated one stands several times. */
export interface TextMessage {
  readonly fields: readonly TextField[];
  readonly line: number;
}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "<": ">" };
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Layers nest three or four messages; a file with more than this is none of ours. */
const DEEPEST = 32;

/** Protobuf's text format without its schema (protobuf.dev, "Text Format Language Specification"). */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#tokens = tokenize(text, file);
    this.#file = file;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  /** Takes the next token if it is this mark. */
  #mark(text: string): boolean {
    const is = this.#next.kind === "mark" && this.#next.text === text;
    if (is) this.#at += 1;
    return is;
  }

  #expected(what: string): Error {
    const { kind, text, line } = this.#next;
    const found = kind === "end" ? text : `"${text}"`;
    return textError(this.#file, line, `expected ${what}, found ${found}`);
  }

  /** Fields up to the closing mark, which is taken; up to the end of the file without one. */
  message(closing: string | undefined, line: number, depth = 0): TextMessage {
    if (depth > DEEPEST) throw textError(this.#file, line, `more than ${DEEPEST} messages inside each other`);
    const fields: TextField[] = [];
    for (;;) {
      if (closing !== undefined && this.#mark(closing)) return { fields, line };
      if (this.#next.kind === "end") {
        if (closing === undefined) return { fields, line };
        throw textError(this.#file, line, `the "${closing}" that closes this message is missing`);
      }
      this.#field(fields, depth);
    }
  }

  #field(fields: TextField[], depth: number): void {
    const { kind, text: name, line } = this.#next;
    if (kind !== "word" || !NAME.test(name)) throw this.#expected("the name of a field");
    this.#at += 1;
    const hasColon = this.#mark(":");
    if (this.#mark("[")) {
      while (!this.#mark("]")) {
        fields.push({ name, value: this.#value(true, depth), line });
        if (!this.#mark(",") && this.#next.text !== "]") throw this.#expected('"," or "]"');
      }
    } else {
      fields.push({ name, value: this.#value(hasColon, depth), line });
    }
    if (!this.#mark(",")) this.#mark(";");
  }

  #value(scalarToo: boolean, depth: number): TextValue {
    const { kind, text, line } = this.#next;
    if (kind === "mark" && CLOSING[text] !== undefined) {
      this.#at += 1;
      return { kind: "message", message: this.message(CLOSING[text], line, depth + 1) };
    }
    if (!scalarToo) throw this.#expected('":" or "{"');
    if (kind === "word") {
      this.#at += 1;
      return { kind, text };
    }
    if (kind !== "string") throw this.#expected("a value");
    let whole = "";
    for (; this.#next.kind === "string"; this.#at += 1) whole += this.#next.text;
    return { kind, text: whole };
  }
}

/** @throws ModelError naming the line. */
export function parseText(text: string, file: string): TextMessage {
  return new Parser(text, file).message(undefined, 1);
}
