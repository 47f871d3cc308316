import leven, { closestMatch } from "leven";

/** The candidate that is probably meant: at most a third of its letters differ. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const found = closestMatch(word, [...candidates]);
  if (found === undefined) return undefined;
  return leven(word, found) <= Math.max(1, Math.floor(found.length / 3)) ? found : undefined;
}
