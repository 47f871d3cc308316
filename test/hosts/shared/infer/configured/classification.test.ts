import { describe, expect, it } from "vitest";
import { ConfigError, DataError } from "../../../../../core-ts/errors.ts";
import { answersPixel, firstPixels, pixel, Run, type Setting, scores, text } from "./runs.ts";

const PLAIN = { mean: [0], std: [1], color_space: "GRAY", data_dir: "d/pictures" };
const LABELLED = { ...PLAIN, calculate_acc: true, label_dir: "d/truth" };

/** Pictures 0.png to 5.png of values 0 to 5. */
const PICTURES = Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`d/pictures/${i}.png`, pixel(i)]));
const TRUTH = text("0.png 0\n1.png 1\n2.png 2\n3.png 9\n4.png 8\n5.png 0\n");

function run(config: object, more: Partial<Setting> = {}): Run {
  return new Run({ files: { ...PICTURES, "d/truth/labels.txt": TRUTH }, configs: { 0: config }, ...more });
}

const labelsIn = (one: Run, path: string) => new TextDecoder().decode(one.content.get(path));

describe("classification", () => {
  it("counts answers that are right, and labels among the first five", async () => {
    const one = run(LABELLED);
    // Ten classes ordered by distance to the pixel: 3 → 9 is the last but one, 4 → 8 behind 4 3 5 2 6 1 7 0, 5 → 0 the ninth.
    expect(await one.pass(answersPixel(10))).toBe(50);
    expect(one.common.figures(false, 50)).toEqual([
      { name: "top-1", value: 50 },
      { name: "top-5", value: 50 },
    ]);
    // 0 → 0, 1 → 0, ... : the label 8 is right twice among five in front: 9 8 7 6 5.
    const upside = (batch: Parameters<ReturnType<typeof answersPixel>>[0]) => [
      scores(Array.from({ length: batch.dims[0]! }, () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])),
    ];
    expect(await one.pass(upside, true)).toBeCloseTo(100 / 6, 12);
    expect(one.common.figures(true, 100 / 6)[1]!.value).toBeCloseTo(200 / 6, 12);
    expect(one.content.size).toBe(7);
  });

  it("takes the first of equal answers, and counts NaN as wrong", async () => {
    const files = { "p/a.png": pixel(0), "p/b.png": pixel(0), "labels.txt": text("a.png 1\nb.png 0\n") };
    const config = { ...LABELLED, data_dir: "p", label_dir: "labels.txt" };
    const one = new Run({ files, configs: { x: config } });
    const equal = () => [
      scores([
        [0, 5, 5],
        [5, 5, 5],
      ]),
    ];
    expect(await one.pass(equal)).toBe(100);
    expect(one.common.figures(false, 100)).toEqual([{ name: "top-1", value: 100 }]);
    const unknown = () => [
      scores([
        [0, Number.NaN, 0],
        [1, Number.NaN, 0],
      ]),
    ];
    expect(await one.pass(unknown, true)).toBe(50);
  });

  it("without labels takes the float model's answers, and writes them when the run succeeds", async () => {
    const one = run({ ...PLAIN, calculate_acc: "true" });
    expect(await one.pass(answersPixel(10))).toBe(100);
    const third = (batch: Parameters<ReturnType<typeof answersPixel>>[0]) => [
      scores(
        firstPixels(batch).map((v) => Array.from({ length: 10 }, (_, i) => Number(i === (v < 2 ? 0 : 2)))),
      ),
    ];
    expect(await one.pass(third, true)).toBeCloseTo(100 / 3, 12);
    expect(one.content.has("d/labels/labels.txt")).toBe(false);
    await one.common.publish();
    expect(labelsIn(one, "d/labels/labels.txt")).toBe(
      "0.png 0\n1.png 1\n2.png 2\n3.png 3\n4.png 4\n5.png 5\n",
    );
    expect(one.notes).toContain(
      "written to d/labels: the float model's answers, which were taken for the labels",
    );
  });

  it("writes nothing when the run fails", async () => {
    const one = run({ ...PLAIN, calculate_acc: true });
    await one.pass(answersPixel(10));
    await one.common.discard();
    expect(one.content.size).toBe(7);
  });

  it("never writes over labels that are there", async () => {
    const files = { ...PICTURES, "d/labels/labels.txt": text("mine 1\n") };
    const one = run({ ...PLAIN, calculate_acc: true }, { files });
    expect(await one.pass(answersPixel(10))).toBe(100);
    await one.common.publish();
    expect(labelsIn(one, "d/labels/labels.txt")).toBe("mine 1\n");
    expect(one.notes.join()).toMatch(/d\/labels\/labels.txt is there already and is left as it is/);
  });

  it("measures a quantized model alone against the labels that an earlier run has written", async () => {
    const executor = { run_mode: "infer" };
    const files = {
      ...PICTURES,
      "d/labels/labels.txt": text([0, 1, 2, 3, 4, 6].map((c, i) => `${i}.png ${c}`).join("\n")),
    };
    const one = run({ ...PLAIN, calculate_acc: true }, { files, executor });
    expect(await one.pass(answersPixel(10), true)).toBeCloseTo(500 / 6, 12);
    expect(one.notes.join()).toMatch(/the truth is d\/labels\/labels.txt/);
    const none = run({ ...PLAIN, calculate_acc: true }, { executor });
    await expect(none.pass(answersPixel(10), true)).rejects.toThrow(
      /a quantized model can't say what is right; give it, or run/,
    );
  });

  it("compares outputs where no accuracy is asked for", async () => {
    const one = run({ ...PLAIN, calculate_acc: false, label_dir: "nowhere" });
    expect(await one.pass(answersPixel(10))).toBe(1);
    expect(await one.pass(answersPixel(10), true)).toBeCloseTo(1, 6);
    expect(one.common.figures(true, 1)).toEqual([]);
  });

  it.each<[string, object, Partial<Setting>, RegExp]>([
    [
      "a class beyond the outputs",
      LABELLED,
      {},
      /labels.txt says 3.png is of class 9, .* has 3 classes, 0 to 2/,
    ],
    [
      "a picture without a label",
      LABELLED,
      { files: { ...PICTURES, "d/truth/labels.txt": text("0.png 1\n1.png 0\n") } },
      /has no class for 2.png, 3.png, 4.png and 1 more; correct it, or give --bad-data skip/,
    ],
    [
      "a label without a picture",
      LABELLED,
      { files: { "d/pictures/0.png": pixel(0), "d/truth/labels.txt": TRUTH } },
      /names 1.png, 2.png, 3.png and 2 more, of which there is no file/,
    ],
    [
      "label_dir with other files",
      { ...LABELLED, label_dir: "d/pictures" },
      {},
      /holds 0.png, 1.png, 2.png and 3 more, expected labels.txt/,
    ],
    [
      "a label_dir that is not there",
      { ...LABELLED, label_dir: "d/nowhere" },
      {},
      /"label_dir" is d\/nowhere, which does not exist/,
    ],
    ["a number for label_dir", { ...LABELLED, label_dir: 3 }, {}, /"label_dir" is 3, expected a text/],
    [
      "calculate_acc that is no switch",
      { ...LABELLED, calculate_acc: "maybe" },
      {},
      /"calculate_acc" is "maybe", expected true or false/,
    ],
  ])("refuses %s", async (_, config, more, message) => {
    const found = run(config, more).pass(answersPixel(3));
    await expect(found).rejects.toThrow(message);
    await expect(found).rejects.toSatisfy(
      (error) => error instanceof DataError || error instanceof ConfigError,
    );
  });

  it("refuses outputs that are no classes", async () => {
    const picture = (batch: { dims: readonly number[] }) => [
      { ...scores([[1]]), dims: [batch.dims[0]!, 2, 3], data: new Float32Array(batch.dims[0]! * 6) },
    ];
    await expect(run(LABELLED).pass(picture as never)).rejects.toThrow(
      /output "y" has shape \[2, 2, 3\] for 2 samples, expected \[2, classes\]/,
    );
  });

  it("with --bad-data skip measures what has a label, and tells of the rest", async () => {
    const files = { ...PICTURES, "d/truth/labels.txt": text("0.png 0\n1.png 2\nx.png 1\n") };
    const one = run(LABELLED, { files, options: { badData: "skip" } });
    expect(await one.pass(answersPixel(10))).toBe(50);
    expect(one.fed.flat(2)).toHaveLength(12);
    expect(one.notes.join("\n")).toMatch(
      /no class for 2.png, .*left out of the accuracy \(--bad-data skip\)\n.*names x.png/,
    );
  });
});
