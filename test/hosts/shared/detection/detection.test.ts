import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { detection } from "../../../../hosts/shared/detection/detection.ts";
import type { ModelUnderTest, Sample, TaskContext } from "../../../../hosts/shared/infer/configured/task.ts";
import { memoryContext, textOf } from "./contexts.ts";

const SIZE = { width: 40, height: 20 };
const PNG = encode({ ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height * 3), channels: 3, depth: 8 });
const PICTURES = { "data/images/a.png": PNG, "data/images/b.png": PNG };
const FLOAT: ModelUnderTest = { quantized: false, outputs: ["y"] };
const FIXED: ModelUnderTest = { quantized: true, outputs: ["y"] };

const sample = (name: string): Sample => ({
  name,
  path: `data/images/${name}`,
  picture: { original: SIZE, input: SIZE, placement: { left: 0, top: 0, ...SIZE } },
});
const SAMPLES = [sample("a.png"), sample("b.png")];

/** A row of [1, boxes, 5 + nc] with one class. */
const row = (cx: number, score: number) => [cx, 10, 8, 8, score, 1];
const output = (pictures: readonly number[][]): Tensor => {
  const rows = pictures[0]!.length / 6;
  return tensor("float32", [pictures.length, rows, 6], Float32Array.from(pictures.flat()));
};

async function pass(
  context: TaskContext,
  model: ModelUnderTest,
  given: Tensor,
  samples: readonly Sample[] = SAMPLES,
) {
  const one = await (await detection.open(context)).begin(model);
  await one.add([given], samples);
  return one.finish();
}

describe("the task of detection", () => {
  it("measures every model against the labels, picture by picture of a batch", async () => {
    const labels = { "truth/a.txt": "0 0.25 0.5 0.2 0.4\n", "truth/b.txt": "0 0.75 0.5 0.2 0.4\n" };
    const { context } = memoryContext(
      { ...PICTURES, ...labels },
      { nc: 1, calculate_acc: true, label_dir: "truth" },
    );
    // On a.png the box is right; on b.png it is shifted by 1 of 8, 7 / 9 = 0.778 in common: right at 0.5 .. 0.75.
    const result = await pass(context, FLOAT, output([row(10, 0.9), row(31, 0.8)]));
    // Beyond 0.75 only one of two is found: 51 of 101 recalls, at four of ten thresholds.
    const expected = 100 * (0.6 + 0.4 * (51 / 101));
    expect(result.accuracy).toBeCloseTo(expected, 9);
    expect(result.figures).toEqual([
      { name: "mAP@0.5:0.95", value: result.accuracy },
      { name: "mAP@0.5", value: 100 },
    ]);
  });

  it("takes for true what the float model finds with some certainty, and writes it as labels", async () => {
    const { context, written } = memoryContext(PICTURES, { nc: 1, calculate_acc: true });
    const task = await detection.open(context);
    const measure = async (model: ModelUnderTest, given: Tensor) => {
      const one = await task.begin(model);
      await one.add([given], SAMPLES);
      return (await one.finish()).accuracy;
    };
    const answers = output([
      [...row(10, 0.9), ...row(30, 0.24)],
      [...row(10, 0.2), ...row(30, 0.1)],
    ]);
    expect(await measure(FLOAT, answers)).toBe(100);
    expect([...written.keys()]).toEqual(["data/labels/a.txt", "data/labels/b.txt"]);
    expect(textOf(written.get("data/labels/a.txt"))).toBe("0 0.250000 0.500000 0.200000 0.400000\n");
    expect(textOf(written.get("data/labels/b.txt"))).toBe("");
    expect(await measure(FIXED, answers)).toBe(100);
    // Surer of the wrong one: precision 1/2 at all recalls.
    expect(
      await measure(
        FIXED,
        output([
          [...row(10, 0.3), ...row(30, 0.9)],
          [...row(10, 0.2), ...row(30, 0.1)],
        ]),
      ),
    ).toBe(50);
  });

  it("can't tell an accuracy where there is nothing to be found", async () => {
    const { context } = memoryContext(PICTURES, { nc: 1, calculate_acc: true });
    await expect(pass(context, FLOAT, output([row(10, 0.1), row(10, 0.1)]))).rejects.toThrow(
      'the float model finds nothing with a score of 0.25 or more, and there is no "label_dir"',
    );
    const empty = { "truth/a.txt": "", "truth/b.txt": "" };
    const labelled = memoryContext(
      { ...PICTURES, ...empty },
      { nc: 1, calculate_acc: true, label_dir: "truth" },
    );
    await expect(pass(labelled.context, FLOAT, output([row(10, 0.9), row(10, 0.9)]))).rejects.toThrow(
      "there is no labelled object on the pictures that were fed",
    );
  });

  it("draws with -r infer only, and tells of settings that lower the result", async () => {
    const config = { nc: 1, calculate_acc: true, draw_box: true, conf_thres: 0.5 };
    const { context, notes, written } = memoryContext(PICTURES, config);
    await pass(context, FLOAT, output([row(10, 0.9), row(10, 0.9)]));
    expect(notes).toContain('"draw_box" takes effect with -r infer only');
    expect(notes).toContainEqual(expect.stringContaining('"conf_thres" 0.5 leaves less sure detections out'));
    expect([...written.keys()].some((path) => path.includes("label_imgs"))).toBe(false);
    const drawing = memoryContext(
      { ...PICTURES, "data/images/a.bmp": PNG },
      { nc: 1, draw_box: true },
      { runMode: "infer" },
    );
    const result = await pass(drawing.context, FIXED, output([row(10, 0.9), row(10, 0.9)]));
    expect(result).toEqual({ accuracy: 1, figures: [] });
    // a.bmp would be a.png as well.
    expect([...drawing.written.keys()]).toEqual(["data/label_imgs/a.png.png", "data/label_imgs/b.png"]);
  });

  it("wants pictures, a sample of each output for every one, and a label file for each", async () => {
    const { context } = memoryContext(PICTURES, { nc: 1, calculate_acc: true });
    const one = output([row(10, 0.9)]);
    await expect(pass(context, FLOAT, one)).rejects.toThrow(
      "an output of the model has shape [1, 1, 6] for 2 pictures, expected [2, ...]; give -bs 1",
    );
    await expect(pass(context, FLOAT, one, [{ name: "a.npy", path: "a.npy" }])).rejects.toThrow(
      'a.npy is no picture, and boxes are found on pictures only; set "quant_data_format" to Image',
    );
    const twins = [sample("a.png"), sample("a.jpg")];
    await expect(pass(context, FLOAT, output([row(10, 0.9), row(10, 0.9)]), twins)).rejects.toThrow(
      "a.png and a.jpg would both have the label a.txt in data/labels; rename one",
    );
  });
});
