/** Boxes of the detectors of ../shared/models/detection (see its README.md): greedy NMS and F1 against reference detections. */

/** x1, y1, x2, y2 as fractions of the image, then the score. */
export type Detection = readonly [number, number, number, number, number];

function overlap(a: Detection, b: Detection): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (d: Detection) => (d[2] - d[0]) * (d[3] - d[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

/** Keeps the best of every group that overlaps by more than `limit`. */
export function suppress(found: readonly Detection[], limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const one of found.toSorted((a, b) => b[4] - a[4]))
    if (kept.every((other) => overlap(one, other) <= limit)) kept.push(one);
  return kept;
}

/** How many of `found` pair up with `wanted` at an IoU of at least 0.5, each used once. */
export function pairs(found: readonly Detection[], wanted: readonly Detection[]): number {
  const free = new Set(wanted);
  let count = 0;
  for (const one of found) {
    const match = [...free].find((other) => overlap(one, other) >= 0.5);
    if (match && free.delete(match)) count++;
  }
  return count;
}
