/** Equations of Einsum, with every axis a label of its own: "..." is written out, the result is always there. */

/** Labels of each operand's axes and of the result's; the axes that "..." stands for are called "...0", "...1" from the last one on. */
export interface Equation {
  readonly operands: readonly (readonly string[])[];
  readonly result: readonly string[];
}

const ELLIPSIS = "...";

/** Axes the ellipsis of one term stands for, outermost first. */
function ellipsis(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${ELLIPSIS}${count - 1 - i}`);
}

function labels(term: string, covered: number): string[] {
  const [before, after] = term.split(ELLIPSIS);
  return after === undefined ? [...term] : [...before!, ...ellipsis(covered), ...after];
}

/** Without "->" the result has the axes of the ellipsis and every letter that stands once, in alphabetical order. */
function impliedResult(operands: readonly (readonly string[])[]): string[] {
  const all = operands.flat();
  const dots = [...new Set(all.filter((label) => label.startsWith(ELLIPSIS)))];
  const once = all.filter(
    (label) => !label.startsWith(ELLIPSIS) && all.indexOf(label) === all.lastIndexOf(label),
  );
  const outermostFirst = dots.sort(
    (a, b) => Number(b.slice(ELLIPSIS.length)) - Number(a.slice(ELLIPSIS.length)),
  );
  return [...outermostFirst, ...once.sort()];
}

/** The equation for operands of these ranks; undefined when it does not fit them. */
export function parseEquation(text: string, ranks: readonly number[]): Equation | undefined {
  const [left, right] = text.replaceAll(" ", "").split("->");
  const terms = left!.split(",");
  if (terms.length !== ranks.length) return undefined;
  const covered = terms.map((term, i) => ranks[i]! - term.replace(ELLIPSIS, "").length);
  if (covered.some((count, i) => count < 0 || (count > 0 && !terms[i]!.includes(ELLIPSIS)))) return undefined;
  const operands = terms.map((term, i) => labels(term, covered[i]!));
  const result = right === undefined ? impliedResult(operands) : labels(right, Math.max(...covered));
  return result.every((label) => operands.some((term) => term.includes(label)))
    ? { operands, result }
    : undefined;
}

/** How the labels of two operands meet. */
export interface Roles {
  /** In both and in the result. */
  readonly batch: readonly string[];
  /** In both, summed over. */
  readonly summed: readonly string[];
  readonly left: readonly string[];
  readonly right: readonly string[];
  /** In one operand only and not in the result: summed over beforehand. */
  readonly lost: readonly [readonly string[], readonly string[]];
}

export function rolesOf(a: readonly string[], b: readonly string[], result: readonly string[]): Roles {
  const kept = new Set(result);
  const [inA, inB] = [new Set(a), new Set(b)];
  return {
    batch: result.filter((label) => inA.has(label) && inB.has(label)),
    summed: a.filter((label) => inB.has(label) && !kept.has(label)),
    left: a.filter((label) => kept.has(label) && !inB.has(label)),
    right: b.filter((label) => kept.has(label) && !inA.has(label)),
    lost: [
      a.filter((label) => !kept.has(label) && !inB.has(label)),
      b.filter((label) => !kept.has(label) && !inA.has(label)),
    ],
  };
}
