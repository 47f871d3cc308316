import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../../../core-ts/tensor/tensor.ts";
import type { Detection } from "../../../../../hosts/shared/detection/boxes.ts";
import type {
  Anchor,
  ChooseDecoder,
  DecodeContext,
} from "../../../../../hosts/shared/detection/decode/decoder.ts";
import { chooseByShape, DECODERS } from "../../../../../hosts/shared/detection/decode/index.ts";

const contextOf = (classCount: number, anchors: readonly Anchor[] = []): DecodeContext => ({
  input: { width: 64, height: 32 },
  classCount,
  anchors,
  confThreshold: 0.15,
  outputNames: [],
});

const f32 = (dims: number[], data: Iterable<number>) => tensor("float32", dims, Float32Array.from(data));
const zeros = (...dims: number[]) => new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0);

function decoded(choose: ChooseDecoder, outputs: readonly Tensor[], context: DecodeContext): Detection[] {
  return [...choose(outputs, context).decode(outputs, context)];
}

function expectBoxes(found: readonly Detection[], expected: readonly Detection[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, box] of expected.entries())
    for (const [key, value] of Object.entries(box))
      expect(found[i]![key as keyof Detection], `${key} of ${i}`).toBeCloseTo(value, 5);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("rows that the model has decoded", () => {
  // Two boxes, three classes.
  const withObjectness = [
    [30, 20, 10, 8, 0.5, 0.9, 0.1, 0.4],
    [5, 5, 4, 2, 0.05, 1, 1, 1],
  ];
  const expected = [
    { x: 25, y: 16, width: 10, height: 8, classId: 0, score: 0.45 },
    { x: 25, y: 16, width: 10, height: 8, classId: 2, score: 0.2 },
  ];

  it("with objectness: [N, boxes, 5 + nc], a detection for each class above the threshold", () => {
    expectBoxes(decoded(chooseByShape, [f32([1, 2, 8], withObjectness.flat())], contextOf(3)), expected);
  });

  it("are taken before the maps that YOLOv5 exports beside them, with anchors as well", () => {
    const map = f32([1, 1, 2, 4, 8], zeros(2, 4, 8));
    const outputs = [map, f32([1, 2, 8], withObjectness.flat())];
    expectBoxes(decoded(chooseByShape, outputs, contextOf(3, [[1, 1]])), expected);
  });

  it("without: [N, boxes, 4 + nc] and, as YOLOv8 has it, [N, 4 + nc, boxes]", () => {
    const rows = withObjectness.map((row) => row.filter((_, i) => i !== 4));
    const found = [
      { x: 25, y: 16, width: 10, height: 8, classId: 0, score: 0.9 },
      { x: 25, y: 16, width: 10, height: 8, classId: 2, score: 0.4 },
      ...[0, 1, 2].map((classId) => ({ x: 3, y: 4, width: 4, height: 2, classId, score: 1 })),
    ];
    expectBoxes(decoded(chooseByShape, [f32([1, 2, 7], rows.flat())], contextOf(3)), found);
    const turned = rows[0]!.flatMap((_, i) => rows.map((row) => row[i]!));
    expectBoxes(decoded(DECODERS.yolov8, [f32([1, 7, 2], turned)], contextOf(3)), found);
  });
});

describe("maps with anchors", () => {
  // 64 x 32 pixels in cells of 16: 4 x 2 cells. Two classes, two anchors: 14 channels.
  const anchors: Anchor[] = [
    [10, 20],
    [30, 40],
  ];
  const raw = [0.2, -0.4, 0.6, -0.8, 1, 2, -9];
  const [map, columns] = [8, 7];
  /** The numbers of `raw` at anchor 1, row 1, column 2; all else is far below. */
  const channelsFirst = () => {
    const data = zeros(2, columns, map).fill(-9);
    for (const [j, value] of raw.entries()) data[(columns + j) * map + 4 + 2] = value;
    return f32([1, 2 * columns, 2, 4], data);
  };
  const score = sigmoid(1) * sigmoid(2);
  const centred = (cx: number, cy: number, width: number, height: number): Detection[] => [
    { x: cx - width / 2, y: cy - height / 2, width, height, classId: 0, score },
  ];
  const v5 = centred(
    (2 + 2 * sigmoid(0.2) - 0.5) * 16,
    (1 + 2 * sigmoid(-0.4) - 0.5) * 16,
    30 * (2 * sigmoid(0.6)) ** 2,
    40 * (2 * sigmoid(-0.8)) ** 2,
  );

  it("are read by YOLOv5's formula", () => {
    expectBoxes(decoded(chooseByShape, [channelsFirst()], contextOf(2, anchors)), v5);
  });

  it("are read as [N, anchors, H, W, 5 + nc] as well", () => {
    const from = channelsFirst().data as Float32Array;
    const data = zeros(2, map, columns);
    for (let a = 0; a < 2; a++)
      for (let j = 0; j < columns; j++)
        for (let i = 0; i < map; i++) data[(a * map + i) * columns + j] = from[(a * columns + j) * map + i]!;
    expectBoxes(decoded(chooseByShape, [f32([1, 2, 2, 4, columns], data)], contextOf(2, anchors)), v5);
  });

  it("are read by YOLOv3's where that is named", () => {
    const v3 = centred(
      (2 + sigmoid(0.2)) * 16,
      (1 + sigmoid(-0.4)) * 16,
      30 * Math.exp(0.6),
      40 * Math.exp(-0.8),
    );
    expectBoxes(decoded(DECODERS.yolov3, [channelsFirst()], contextOf(2, anchors)), v3);
  });

  it("whose sigmoids the model has applied are recognised", () => {
    const data = Float32Array.from(channelsFirst().data as Float32Array, sigmoid);
    const chosen = chooseByShape([tensor("float32", [1, 14, 2, 4], data)], contextOf(2, anchors));
    expect(chosen.note).toContain("sigmoids applied by the model");
    const outputs = [tensor("float32", [1, 14, 2, 4], data)];
    expectBoxes([...chosen.decode(outputs, contextOf(2, anchors))], v5);
  });

  it("of several levels take the small anchors for the small cells, whatever the order of both", () => {
    const hit = (height: number, width: number) => {
      const data = zeros(columns, height * width).fill(-9);
      for (const [j, value] of [0, 0, 0, 0, 9, 9, -9].entries()) data[j * height * width] = value;
      return f32([1, columns, height, width], data);
    };
    // YOLOv3's order: large cells first.
    for (const given of [anchors, anchors.toReversed()])
      for (const outputs of [
        [hit(2, 4), hit(4, 8)],
        [hit(4, 8), hit(2, 4)],
      ]) {
        const sizes = decoded(chooseByShape, outputs, contextOf(2, given)).map((b) => [b.width, b.height]);
        expect(sizes).toEqual(anchors);
      }
  });

  it("that do not fit anchors or nc are refused", () => {
    expect(() => chooseByShape([channelsFirst()], contextOf(2, [[1, 1]]))).toThrow(
      '"anchors" has 1 pairs of width and height, the outputs [1, 14, 2, 4] have room for 2',
    );
    expect(() => chooseByShape([channelsFirst()], contextOf(3, anchors))).toThrow(
      'the outputs [1, 14, 2, 4] are no maps of a head with anchors and 3 classes, expected [N, anchors · 8, H, W] or [N, anchors, H, W, 8] each, or [N, boxes, 8]; correct "nc"',
    );
  });
});

describe("maps without anchors", () => {
  const [map, classCount] = [8, 2];
  /** Bins of a side whose softmax is all on one of them. */
  const oneHot = (bin: number, bins: number) => Array.from({ length: bins }, (_, i) => (i === bin ? 40 : 0));

  it.each([
    ["16 bins, as YOLOv8", [1, 2, 3, 4].flatMap((d) => oneHot(d, 16))],
    ["numbers", [1, 2, 3, 4]],
  ])("hold distances to the four sides: %s", (_, distances) => {
    const row = [...distances, -9, 1];
    const data = zeros(row.length, map).fill(-9);
    for (const [j, value] of row.entries()) data[j * map + 4 + 2] = value;
    // Cell (2, 1) of 16 pixels has its middle at (40, 24): left 16, up 32, right 48, down 64.
    const expected = [{ x: 24, y: -8, width: 64, height: 96, classId: 1, score: sigmoid(1) }];
    expectBoxes(decoded(chooseByShape, [f32([1, row.length, 2, 4], data)], contextOf(classCount)), expected);
  });

  it("take the mean of the bins", () => {
    const row = [...new Array<number>(4 * 16).fill(0), -9, 1];
    const data = zeros(row.length, map).fill(-9);
    for (const [j, value] of row.entries()) data[j * map] = value;
    const [box] = decoded(chooseByShape, [f32([1, row.length, 2, 4], data)], contextOf(classCount));
    expect(box!.width).toBeCloseTo(2 * 7.5 * 16, 4);
  });

  it("of other shapes are refused with what is expected", () => {
    expect(() => chooseByShape([f32([1, 10], zeros(10))], contextOf(2))).toThrow(
      'the outputs [1, 10] are of no head that is known with 2 classes and without anchors, expected [N, boxes, 7], [N, 6, boxes], [N, boxes, 6], or maps [N, 4 · bins + 2, H, W]; correct "nc", give "anchors", choose the outputs with -on, or name a "decoder"',
    );
  });
});
