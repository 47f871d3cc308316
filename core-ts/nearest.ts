import leven, { closestMatch } from "leven";

/** The candidate that is probably meant: at most two letters in five differ (two swapped ones count twice). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const found = closestMatch(word, [...candidates]);
  if (found === undefined) return undefined;
  return leven(word, found) <= Math.max(1, Math.floor(found.length * 0.4)) ? found : undefined;
}
