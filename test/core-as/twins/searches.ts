/**
 * Naive forms of the threshold searches: P and Q are built bin by bin, errors are integrated cell by cell. They share
 * with the kernels only the list of candidates.
 */

interface Candidates {
  readonly coarse: readonly number[];
  /** Candidates around the best coarse one. */
  fine(center: number): readonly number[];
}

/** The candidate of least cost; the first listed wins a tie. */
function leastOf(cost: (t: number) => number, start: number, { coarse, fine }: Candidates): number {
  let best = start;
  let least = cost(start);
  const tryAll = (list: readonly number[]) => {
    for (const t of list) {
      const c = cost(t);
      if (c < least) {
        least = c;
        best = t;
      }
    }
  };
  tryAll(coarse);
  tryAll(fine(best));
  return best;
}

function downFrom(start: number, end: number, step: number): number[] {
  const list: number[] = [];
  for (let t = start; t >= end; t -= step) list.push(t);
  return list;
}

/** Migacz's procedure for a threshold of i bins; a last group without mass gets `least`. */
function naiveDivergence(h: Float64Array, i: number, groups: number, least: number): number {
  const p = [...h.subarray(0, i)];
  for (let k = i; k < h.length; k++) p[i - 1] = p[i - 1]! + h[k]!;
  const q = new Array<number>(i).fill(0);
  for (let g = 0; g < groups; g++) {
    const members: number[] = [];
    for (let k = Math.floor((g * i) / groups); k < Math.floor(((g + 1) * i) / groups); k++) members.push(k);
    const occupied = members.filter((k) => p[k]! > 0);
    const found = members.reduce((sum, k) => sum + h[k]!, 0);
    const mass = found === 0 && g === groups - 1 ? least : found;
    for (const k of occupied) q[k] = mass / occupied.length;
  }
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  const [sumP, sumQ] = [sum(p), sum(q)];
  let kl = 0;
  for (let k = 0; k < i; k++) {
    if (p[k]! > 0) kl += (p[k]! / sumP) * Math.log(p[k]! / sumP / (q[k]! / sumQ));
  }
  return Number.isNaN(kl) ? Number.POSITIVE_INFINITY : kl;
}

/** ∫ (x - level)² dx from a to b. */
const cube = (a: number, b: number, level: number): number => ((b - level) ** 3 - (a - level) ** 3) / 3;

/** Sum over h, uniform within bins, of (x - nearest level)², levels j·t/levels. */
export function naiveDistortion(h: Float64Array, t: number, levels: number): number {
  const s = t / levels;
  let total = 0;
  h.forEach((count, k) => {
    let a = k;
    while (count > 0 && a < k + 1) {
      const j = Math.min(levels, Math.floor(a / s + 0.5));
      const cellEnd = j === levels ? Number.POSITIVE_INFINITY : (j + 0.5) * s;
      const b = Math.min(k + 1, cellEnd <= a ? (j + 1.5) * s : cellEnd);
      const level = cellEnd <= a ? Math.min(levels, j + 1) * s : j * s;
      total += count * cube(a, b, level);
      a = b;
    }
  });
  return total;
}

function klCandidates(n: number, groups: number): Candidates {
  const stride = Math.ceil((n - groups) / 224);
  return {
    coarse: downFrom(n - stride, groups, stride),
    fine: (center) => downFrom(Math.min(n, center + stride - 1), Math.max(groups, center - stride + 1), 1),
  };
}

export function naiveKl(
  h: Float64Array,
  levels: number,
  admitted: (i: number) => boolean = () => true,
  least = 0,
): number {
  const [n, groups] = [h.length, levels + 1];
  if (n <= groups) return n;
  const cost = (i: number) =>
    i === n || admitted(i) ? naiveDivergence(h, i, groups, least) : Number.POSITIVE_INFINITY;
  return leastOf(cost, n, klCandidates(n, groups));
}

export function naiveKlV2(h: Float64Array, levels: number): number {
  const limit = naiveDistortion(h, h.length, levels);
  return naiveKl(h, levels, (i) => naiveDistortion(h, i, levels) <= limit, 0.5);
}

export function mseCandidates(n: number): Candidates {
  const stride = Math.ceil(n / 512);
  return {
    coarse: downFrom(n - stride, 1, stride),
    fine: (center) =>
      downFrom(15, -15, 1)
        .map((k) => center + (k * stride) / 16)
        .filter((t) => t > 0 && t <= n),
  };
}

export function naiveMse(h: Float64Array, levels: number): number {
  return leastOf((t) => naiveDistortion(h, t, levels), h.length, mseCandidates(h.length));
}
