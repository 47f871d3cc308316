import { commonArea, type Detection, overlap, type Truth } from "./boxes.ts";

/** numpy.linspace, to the last bit: thresholds and recalls are compared with quotients. */
function linspace(start: number, stop: number, count: number): number[] {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
}

/** Overlaps from which a detection counts as right: 0.5, 0.55 .. 0.95. */
const THRESHOLDS = linspace(0.5, 0.95, 10);
/** Recalls at which the precision is read. */
const RECALLS = linspace(0, 1, 101);

/** What a detection is at one threshold: two bits. */
const WRONG = 0;
const RIGHT = 1;
/** In a crowd: neither right nor wrong. */
const IGNORED = 2;

/** Outcomes of a detection at all thresholds in one number: data sets have millions of detections. */
const outcomeAt = (packed: number, threshold: number): number => (packed >> (2 * threshold)) & 3;

/** Everything known of one class. */
interface ClassRecord {
  readonly scores: number[];
  /** For each detection, what it is at each threshold: see outcomeAt. */
  readonly outcomes: number[];
  /** Objects that are to be found. */
  objects: number;
}

/** maskApi's bbIou: in a crowd the detection's own area is what counts. */
function overlapWith(truth: Truth, detection: Detection): number {
  if (!truth.isCrowd) return overlap(detection, truth);
  const common = commonArea(detection, truth);
  return common === 0 ? 0 : common / (detection.width * detection.height);
}

/** The truth that a detection stands for: of those that are free the one with the largest overlap, the last of equal ones; objects before crowds. */
function bestTruth(
  overlaps: readonly number[],
  truths: readonly Truth[],
  taken: ReadonlySet<number>,
  threshold: number,
): number {
  let best = -1;
  let least = Math.min(threshold, 1 - 1e-10);
  for (const [i, { isCrowd }] of truths.entries()) {
    if (best >= 0 && isCrowd && !truths[best]!.isCrowd) break;
    if (overlaps[i]! < least || (taken.has(i) && !isCrowd)) continue;
    [best, least] = [i, overlaps[i]!];
  }
  return best;
}

/** Outcomes of one class on one picture; `detections` are sorted by score, crowds come last among `truths`. */
function outcomesOf(detections: readonly Detection[], truths: readonly Truth[]): number[] {
  const overlaps = detections.map((detection) => truths.map((truth) => overlapWith(truth, detection)));
  const outcomes = detections.map(() => WRONG);
  for (const [t, threshold] of THRESHOLDS.entries()) {
    const taken = new Set<number>();
    for (const [d, row] of overlaps.entries()) {
      const best = bestTruth(row, truths, taken, threshold);
      if (best < 0) continue;
      taken.add(best);
      outcomes[d]! |= (truths[best]!.isCrowd ? IGNORED : RIGHT) << (2 * t);
    }
  }
  return outcomes;
}

/** Mean over the recalls of the best precision at that recall or beyond. @param outcomes by score, descending. */
function averagePrecision(outcomes: readonly number[], objects: number): number {
  const [recalls, precisions]: [number[], number[]] = [[], []];
  let [right, wrong] = [0, 0];
  for (const outcome of outcomes) {
    if (outcome === RIGHT) right++;
    if (outcome === WRONG) wrong++;
    recalls.push(right / objects);
    precisions.push(right === 0 ? 0 : right / (right + wrong));
  }
  for (let i = precisions.length - 1; i > 0; i--)
    precisions[i - 1] = Math.max(precisions[i - 1]!, precisions[i]!);
  let [at, sum] = [0, 0];
  for (const recall of RECALLS) {
    while (at < recalls.length && recalls[at]! < recall) at++;
    sum += precisions[at] ?? 0;
  }
  return sum / RECALLS.length;
}

/** Means over the classes of which there are objects, from 0 to 1. */
export interface MeanPrecision {
  /** mAP@0.5: a detection is right from an overlap of 0.5 on. */
  readonly at50: number;
  /** mAP@0.5:0.95: mean over overlaps of 0.5, 0.55 .. 0.95. */
  readonly at50to95: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Mean average precision as pycocotools' COCOeval has it for bbox, area all (cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py): 101 recalls,
 * crowds ignored, equal scores in the order in which they came. Its limit of 100 detections of a class on a picture is `maxDetections` here.
 * Pictures are judged one by one; a score and the outcomes of each detection are kept.
 */
export class PrecisionMeter {
  readonly #classes = new Map<number, ClassRecord>();

  constructor(private readonly maxDetections: number) {}

  /** The next picture. */
  add(detections: readonly Detection[], truths: readonly Truth[]): void {
    const present = new Set([...detections, ...truths].map(({ classId }) => classId));
    for (const id of present) {
      const found = detections
        .filter(({ classId }) => classId === id)
        .toSorted((a, b) => b.score - a.score)
        .slice(0, this.maxDetections);
      const there = truths
        .filter(({ classId }) => classId === id)
        .toSorted((a, b) => Number(a.isCrowd) - Number(b.isCrowd));
      const record = this.#recordOf(id);
      record.scores.push(...found.map(({ score }) => score));
      record.outcomes.push(...outcomesOf(found, there));
      record.objects += there.filter(({ isCrowd }) => !isCrowd).length;
    }
  }

  #recordOf(id: number): ClassRecord {
    const record = this.#classes.get(id) ?? { scores: [], outcomes: [], objects: 0 };
    this.#classes.set(id, record);
    return record;
  }

  /** Over all pictures so far; undefined where there was no object to be found. */
  result(): MeanPrecision | undefined {
    const perClass: number[][] = [];
    for (const { scores, outcomes, objects } of this.#classes.values()) {
      if (objects === 0) continue;
      const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
      perClass.push(
        THRESHOLDS.map((_, t) =>
          averagePrecision(
            order.map((d) => outcomeAt(outcomes[d]!, t)),
            objects,
          ),
        ),
      );
    }
    if (perClass.length === 0) return undefined;
    return { at50: mean(perClass.map((all) => all[0]!)), at50to95: mean(perClass.map(mean)) };
  }
}
