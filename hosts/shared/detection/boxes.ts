/** In pixels; x and y are of the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a model has found. */
export interface Detection extends Box {
  /** Number of the class, from 0. */
  readonly classId: number;
  /** How sure the model is, from 0 to 1. */
  readonly score: number;
}

/** What is there. */
export interface Truth extends Box {
  readonly classId: number;
  /** COCO's iscrowd: a region of several objects. It need not be found, and detections in it are not counted. */
  readonly isCrowd: boolean;
}

/** What two boxes have in common, in square pixels. */
export function commonArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, from 0 to 1; 0 for boxes without an area. */
export function overlap(a: Box, b: Box): number {
  const common = commonArea(a, b);
  return common === 0 ? 0 : common / (a.width * a.height + b.width * b.height - common);
}
