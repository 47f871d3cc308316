import type { Report } from "../../core-ts/report/report.ts";
import { isPoor } from "../shared/quant/figures.ts";
import type { MessageKey } from "./messages/en.ts";

export type Grade = "good" | "fair" | "poor" | "unknown";

/** Losses in percent up to which a measured model is called good, and fair; as the browser page calls them. */
const LOSS = { good: 1, fair: 5 } as const;
/** dB from which outputs that were only compared are called good. */
const GOOD_DB = 20;

export interface Judgement {
  readonly grade: Grade;
  readonly words: MessageKey;
  /** What the words speak of. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** The output that is furthest off; null without outputs. Exact outputs come last. */
export function worstOutput({ outputs }: Report["verdict"]): Report["verdict"]["outputs"][number] | null {
  const db = (one: (typeof outputs)[number]) => one.sqnrDb ?? Number.POSITIVE_INFINITY;
  return [...outputs].sort((a, b) => db(a) - db(b))[0] ?? null;
}

function byLoss(loss: number): Judgement {
  const values = { loss: Number(loss.toPrecision(3)) };
  if (loss <= LOSS.good) return { grade: "good", words: "measuredGood", values };
  if (loss <= LOSS.fair) return { grade: "fair", words: "measuredFair", values };
  return { grade: "poor", words: "measuredPoor", values };
}

function byOutputs(verdict: Report["verdict"]): Judgement {
  const worst = worstOutput(verdict);
  if (!worst) return { grade: "unknown", words: "notMeasured", values: {} };
  const { name, cosine, sqnrDb } = worst;
  if (sqnrDb === null) return { grade: "good", words: "comparedExact", values: {} };
  const values = { name, db: sqnrDb.toFixed(1), cosine: cosine.toFixed(4) };
  if (isPoor({ cosine, sqnrDb })) return { grade: "poor", words: "comparedPoor", values };
  return sqnrDb >= GOOD_DB
    ? { grade: "good", words: "comparedGood", values }
    : { grade: "fair", words: "comparedFair", values };
}

/** The verdict in words: by the user's own measure where there is one, else by how far the outputs are off. */
export function judge({ verdict }: Report): Judgement {
  const { loss, measure } = verdict;
  return measure === null && loss !== null ? byLoss(loss) : byOutputs(verdict);
}
