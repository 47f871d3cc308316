import { type Detection, overlap } from "./boxes.ts";

export interface SuppressLimits {
  /** Of two boxes of one class that overlap by more than this, the less sure one goes. */
  readonly iouThreshold: number;
  /** At most so many are left of a picture, the surest ones. */
  readonly maxDetections: number;
}

/** Candidates that are looked at, the surest ones, as YOLOv5 does. */
const MOST_CANDIDATES = 30_000;

/**
 * Non-maximum suppression, class by class: greedy, from the surest candidate down, as torchvision's nms on boxes that YOLOv5 has shifted apart by class.
 * Candidates of equal score keep their order. @returns the surest first.
 */
export function suppress(candidates: readonly Detection[], limits: SuppressLimits): Detection[] {
  const sorted = candidates.toSorted((a, b) => b.score - a.score).slice(0, MOST_CANDIDATES);
  const kept: Detection[] = [];
  const ofClass = new Map<number, Detection[]>();
  for (const candidate of sorted) {
    if (kept.length >= limits.maxDetections) break;
    const rivals = ofClass.get(candidate.classId) ?? [];
    if (rivals.some((rival) => overlap(rival, candidate) > limits.iouThreshold)) continue;
    ofClass.set(candidate.classId, rivals);
    rivals.push(candidate);
    kept.push(candidate);
  }
  return kept;
}
