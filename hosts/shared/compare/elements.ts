/** -sl: what of the elements is listed, by relative error in percent; level 0 lists none. */
const LEVELS: readonly (readonly [from: number, to: number])[] = [
  [0, 0],
  [0, 1],
  [1, 10],
  [10, 50],
  [50, 100],
  [100, Number.POSITIVE_INFINITY],
  [0, Number.POSITIVE_INFINITY],
];
export const ALL_LEVELS = LEVELS.length - 1;

export const levelText = (level: number): string => {
  const [from, to] = LEVELS[level]!;
  if (level === ALL_LEVELS) return "all elements";
  return `relative error ${to === Number.POSITIVE_INFINITY ? `of ${from} % and more` : `in [${from}, ${to}) %`}`;
};

export interface ElementRow {
  readonly batch: number;
  /** Position in the batch's tensor, an entry per dimension. */
  readonly index: readonly number[];
  readonly left: number;
  readonly right: number;
  /** |r-l| / |l| in percent. */
  readonly relative: number;
}

/** 0 where both are the same; Infinity for an error at 0, and for what is no number. */
function relativeError(l: number, r: number): number {
  if (l === r) return 0;
  const error = (100 * Math.abs(r - l)) / Math.abs(l);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

function indexOf(position: number, dims: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (const dim of [...dims].reverse()) {
    index.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  return index;
}

/** Elements of one level: the first `limit` are kept, all are counted. */
export class ElementList {
  readonly rows: ElementRow[] = [];
  count = 0;

  constructor(
    private readonly level: number,
    private readonly limit: number,
  ) {}

  add(batch: number, l: Float64Array, r: Float64Array, dims: readonly number[]): void {
    const [from, to] = LEVELS[this.level]!;
    for (let i = 0; i < l.length; i++) {
      const relative = relativeError(l[i]!, r[i]!);
      if (relative < from || (relative >= to && to !== Number.POSITIVE_INFINITY)) continue;
      this.count++;
      if (this.rows.length < this.limit)
        this.rows.push({ batch, index: indexOf(i, dims), left: l[i]!, right: r[i]!, relative });
    }
  }
}
