import { expect, it } from "vitest";
import { InternalError, KnightError } from "../../../../core-ts/errors.ts";
import { fromCaffe } from "../../../../core-ts/frontends/caffe/index.ts";
import { xorshift32 } from "../../../../core-ts/xorshift.ts";
import { CASES, type Case, request, weightsOf } from "./fixtures.ts";

const random = xorshift32(20241124);
const below = (n: number): number => random() % n;
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;

/** A net with one thing changed: letters taken out or put in, a number replaced, bytes of the weights changed or cut off. */
function damaged(one: Case): [text: string, weights: Uint8Array] {
  const text = one.prototxt;
  const weights = weightsOf(one).slice();
  const at = below(text.length);
  switch (below(5)) {
    case 0:
      return [text.slice(0, at) + text.slice(at + 1 + below(4)), weights];
    case 1:
      return [text.slice(0, at) + pick([...'{}:"0-9a[,<']) + text.slice(at), weights];
    case 2: {
      const number = pick([...text.matchAll(/\d+(\.\d+)?/g)]);
      const other = pick(["0", "-1", "99999", "1", "-7", "2.5", "3"]);
      return [text.slice(0, number.index) + other + text.slice(number.index + number[0].length), weights];
    }
    case 3:
      if (weights.length > 0) weights[below(Math.min(weights.length, 200))] = below(256);
      return [text, weights];
    default:
      return [text, weights.slice(0, below(weights.length + 1))];
  }
}

it("every damaged file is converted or refused in words, none breaks the converter", async () => {
  let refused = 0;
  for (let round = 0; round < 8; round++) {
    for (const one of CASES) {
      const [text, weights] = damaged(one);
      const error: unknown = await fromCaffe(request(text, weights)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) continue;
      expect(error, text).toBeInstanceOf(KnightError);
      expect(error, text).not.toBeInstanceOf(InternalError);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(CASES.length);
});
