/**
 * Decoders of one's own, for UltraFace (Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB): `-uds ultraface.ts`, and `"decoder": "ultraface"`
 * in "input-configs". Outputs: scores [1, boxes, 2] of background and face, softmax applied, and boxes [1, boxes, 4].
 * "ultraface" reads boxes that the model has decoded: corners as fractions of the picture. "ultraface_offsets" reads offsets from
 * priors, of the files without post-processing: of those the scores and the offsets keep their own scales when quantized.
 */
import { type DecodeContext, type Decoder, type Detection, registerDecoder, type Tensor } from "knight-quant";

type Corners = readonly [x1: number, y1: number, x2: number, y2: number];

function floats(t: Tensor | undefined, columns: number): Float32Array {
  if (t?.dtype === "float32" && t.dims.at(-1) === columns) return t.data;
  throw new Error(
    `expected a float32 output [1, boxes, ${columns}], got ${t?.dtype} [${t?.dims.join(", ")}]`,
  );
}

/** Faces among the boxes; `corners` gives a box as fractions of the picture. */
function faces(
  scores: Float32Array,
  { input, confThreshold }: DecodeContext,
  corners: (box: number) => Corners,
): Detection[] {
  const found: Detection[] = [];
  for (let box = 0; box < scores.length / 2; box++) {
    const score = scores[2 * box + 1]!;
    if (!(score > confThreshold)) continue;
    const [x1, y1, x2, y2] = corners(box);
    const [x, y] = [x1 * input.width, y1 * input.height];
    found.push({ x, y, width: x2 * input.width - x, height: y2 * input.height - y, classId: 0, score });
  }
  return found;
}

const decodeCorners: Decoder = ([scores, boxes], context) => {
  const corners = floats(boxes, 4);
  return faces(
    floats(scores, 2),
    context,
    (box) => [0, 1, 2, 3].map((i) => corners[4 * box + i]!) as unknown as Corners,
  );
};

/** Strides of the four maps, and the sides of their square priors in pixels. */
const LEVELS = [
  [8, [10, 16, 24]],
  [16, [32, 48]],
  [32, [64, 96]],
  [64, [128, 192, 256]],
] as const;

type Prior = readonly [cx: number, cy: number, width: number, height: number];

/** Map by map, row by row, cell by cell, prior by prior; fractions of the picture, cut off at 1. */
function priors({ width, height }: DecodeContext["input"]): Prior[] {
  const all: Prior[] = [];
  for (const [stride, sides] of LEVELS) {
    const [columns, rows] = [Math.ceil(width / stride), Math.ceil(height / stride)];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (const side of sides) {
          const prior = [(column + 0.5) / columns, (row + 0.5) / rows, side / width, side / height];
          all.push(prior.map((value) => Math.min(value, 1)) as unknown as Prior);
        }
  }
  return all;
}

const decodeOffsets: Decoder = ([scores, boxes], context) => {
  const offsets = floats(boxes, 4);
  const known = priors(context.input);
  return faces(floats(scores, 2), context, (box) => {
    const [pcx, pcy, pw, ph] = known[box]!;
    const [dx, dy, dw, dh] = offsets.subarray(4 * box, 4 * box + 4) as unknown as Prior;
    const [cx, cy] = [pcx + dx * 0.1 * pw, pcy + dy * 0.1 * ph];
    const [width, height] = [Math.exp(dw * 0.2) * pw, Math.exp(dh * 0.2) * ph];
    return [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
  });
};

registerDecoder("ultraface", decodeCorners);
registerDecoder("ultraface_offsets", decodeOffsets);
