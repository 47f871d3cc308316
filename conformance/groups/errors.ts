import { type ErrorPlace, KnightError } from "../../core-ts/errors.ts";
import { type Named, namedCases, type StoredError } from "../case-file.ts";
import { quantizeCase } from "../whole-way.ts";
import { type Group, judgeEach, required, type Verdict } from "./group.ts";

/** The web's, which every host has. */
declare const AbortController: { new (): { readonly signal: AbortSignal; abort(): void } };

function wrongPlace(found: ErrorPlace, expected: ErrorPlace): Verdict {
  const keys = Object.keys(expected) as (keyof ErrorPlace)[];
  const wrong = keys.find((key) => found[key] !== expected[key]);
  return wrong === undefined ? null : `found ${wrong} "${found[wrong]}", expected "${expected[wrong]}"`;
}

/** What is wrong with what was thrown; undefined when nothing was. */
function wrongError(thrown: unknown, { code, where, says }: StoredError["expected"]): Verdict {
  if (thrown === undefined) return `found a quantized model, expected error ${code}`;
  if (!(thrown instanceof KnightError)) return `found ${String(thrown)}, expected error ${code}`;
  if (thrown.code !== code) return `found error ${thrown.code} (${thrown.message}), expected ${code}`;
  const missing = says.find((part) => !thrown.message.includes(part));
  if (missing !== undefined) return `found "${thrown.message}", expected a sentence that names "${missing}"`;
  return wrongPlace(thrown.where, where);
}

/** Bad inputs → the code of the error, its place, and what its message names. */
export const errors: Group<Named<StoredError>> = {
  load: async (name, read) => namedCases(await read("errors"), name),
  judge: (cases, host) =>
    judgeEach(cases, async (one) => {
      const backend = required(host.backend, "backend", host);
      const kernels = required(host.kernels, "kernels", host);
      const stop = new AbortController();
      if (one.abort) stop.abort();
      const thrown: unknown = await quantizeCase(one, { backend, kernels, signal: stop.signal }).then(
        () => undefined,
        (error: unknown) => error,
      );
      const wrong = wrongError(thrown, one.expected);
      return wrong === null ? null : `${one.title}: ${wrong}`;
    }),
};
