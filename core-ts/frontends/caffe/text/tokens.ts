import { ModelError } from "../../../errors.ts";

/** A piece of protobuf's text format: a word or number, a quoted string (its content), or a mark such as "{". */
export interface Token {
  readonly kind: "word" | "string" | "mark" | "end";
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** @throws always: ModelError that says where. */
export function textError(file: string, line: number, what: string): ModelError {
  return new ModelError(`${file}, line ${line}: ${what}`, { file });
}

const SPACE = /[\s]+|#[^\n]*/y;
const WORD = /[A-Za-z0-9_.+-]+/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y;
const ESCAPE = /\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|(.))/g;
const MARKS = "{}<>[]:,;";
const SHORT: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** The content of a quoted string; octal and hexadecimal escapes are bytes of UTF-8. */
function unescaped(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  let end = 0;
  for (const match of inner.matchAll(ESCAPE)) {
    bytes.push(...encoder.encode(inner.slice(end, match.index)));
    const [whole, octal, hex, one] = match;
    if (octal) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex) bytes.push(Number.parseInt(hex, 16));
    else if (SHORT[one!] !== undefined) bytes.push(SHORT[one!]!);
    else bytes.push(...encoder.encode(one));
    end = match.index + whole.length;
  }
  bytes.push(...encoder.encode(inner.slice(end)));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Splits a file in text format; comments run from # to the end of the line. @throws ModelError for a character that means nothing. */
export function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let [at, line] = [0, 1];
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    return found;
  };
  while (at < text.length) {
    const space = take(SPACE);
    if (space !== undefined) {
      for (const letter of space) if (letter === "\n") line += 1;
      continue;
    }
    const word = take(WORD);
    if (word !== undefined) {
      tokens.push({ kind: "word", text: word, line });
      continue;
    }
    const quoted = take(STRING);
    if (quoted !== undefined) {
      tokens.push({ kind: "string", text: unescaped(quoted), line });
      continue;
    }
    const mark = text[at]!;
    if (mark === '"' || mark === "'") throw textError(file, line, "a string is not closed on its line");
    if (!MARKS.includes(mark)) throw textError(file, line, `${JSON.stringify(mark)} means nothing here`);
    tokens.push({ kind: "mark", text: mark, line });
    at += 1;
  }
  tokens.push({ kind: "end", text: "the end of the file", line });
  return tokens;
}
