import { describe, expect, it } from "vitest";
import type { Truth } from "../../../../../hosts/shared/detection/boxes.ts";
import { findLabels } from "../../../../../hosts/shared/detection/labels/find-labels.ts";
import { readDetectionSettings } from "../../../../../hosts/shared/detection/settings.ts";
import { memoryContext } from "../contexts.ts";

type Options = Parameters<typeof memoryContext>[2] & {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly quantized?: boolean;
};

const PICTURES = { "data/images/a.jpg": "", "data/images/b.png": "" };

async function find(labels: Readonly<Record<string, string>>, options: Options = {}) {
  const { context, notes } = memoryContext(
    { ...PICTURES, ...labels },
    { nc: 2, label_dir: "truth", ...options.config },
    options,
  );
  const settings = readDetectionSettings(context.config);
  const source = await findLabels(context, settings, {
    quantized: options.quantized ?? false,
    outputs: ["y"],
  });
  return { source, notes };
}

const SIZE = { width: 200, height: 100 };

async function truthsOf(name: string, labels: Readonly<Record<string, string>>, options: Options = {}) {
  const { source } = await find(labels, options);
  return source.kind === "given" ? source.labels.of(name, SIZE) : undefined;
}

const truth = (
  classId: number,
  x: number,
  y: number,
  width: number,
  height: number,
  isCrowd = false,
): Truth => ({
  x,
  y,
  width,
  height,
  classId,
  isCrowd,
});

describe("labels of YOLO", () => {
  const files = (a: string) => ({ "truth/a.txt": a, "truth/b.txt": "", "truth/classes.txt": "cat\ndog\n" });

  it("are a line an object: class, centre and size as fractions", async () => {
    const text = "1 0.5 0.5 0.25 0.5\r\n\n0 0.1 0.2 0.1 0.2\n";
    const found = await truthsOf("a.jpg", files(text));
    expect(found).toEqual([
      truth(1, 75, 25, 50, 50),
      truth(0, expect.closeTo(10, 9), expect.closeTo(10, 9), 20, 20),
    ]);
    expect(await truthsOf("b.png", files(text))).toEqual([]);
  });

  it.each([
    [
      "0 0.5 0.5 0.1",
      'truth/a.txt, line 1, is "0 0.5 0.5 0.1", expected five numbers: class cx cy width height',
    ],
    ["0 0.5 0.5 0.1 x", 'truth/a.txt, line 1, is "0 0.5 0.5 0.1 x", expected five numbers'],
    [
      "0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.1 0.1",
      "truth/a.txt, line 2, has class 2, of 2 classes there are 0 to 1; correct it",
    ],
    ["-1 0.5 0.5 0.1 0.1", "truth/a.txt, line 1, has class -1"],
    ["0.5 0.5 0.5 0.1 0.1", "truth/a.txt, line 1, has class 0.5"],
    [
      "0 64 32 10 10",
      "truth/a.txt, line 1, has 64 32 10 10, expected centre and size as fractions of the picture",
    ],
  ])("%j is refused with file and line", async (text, message) => {
    await expect(find(files(text))).rejects.toThrow(message);
  });

  it("are of every picture, and of no other: an error, or left out", async () => {
    const { "truth/b.txt": _, ...lacking } = files("");
    const message = "truth has no label of b.png; a picture without objects has an empty .txt of its name";
    await expect(find(lacking)).rejects.toThrow(`${message}; or give --bad-data skip to go on without them`);
    const skipped = await find(lacking, { badData: "skip" });
    expect(skipped.notes).toEqual([`${message}; left out of the accuracy (--bad-data skip)`]);
    expect(await truthsOf("b.png", lacking, { badData: "skip" })).toBeUndefined();
    const strange = { ...files(""), "truth/c.txt": "" };
    await expect(find(strange)).rejects.toThrow("truth has labels of no picture: c.txt; remove them");
  });

  it("can't tell a.jpg from a.png", async () => {
    await expect(find({ ...files(""), "data/images/a.png": "" })).rejects.toThrow(
      "a.jpg and a.png would both have the label a.txt in truth; rename one",
    );
  });
});

describe("labels of COCO", () => {
  const base = {
    images: [
      { id: 7, file_name: "val/a.jpg", width: 200, height: 100 },
      { id: 3, file_name: "b.png" },
    ],
    annotations: [
      { image_id: 7, category_id: 90, bbox: [1, 2, 3, 4], iscrowd: 0 },
      { image_id: 7, category_id: 5, bbox: [10, 20, 30, 40], iscrowd: 1 },
    ],
    categories: [
      { id: 90, name: "dog" },
      { id: 5, name: "cat" },
    ],
  };
  const file = (changes: object) => ({ "truth/x.json": JSON.stringify({ ...base, ...changes }) });

  it("number their categories in the order of their ids", async () => {
    expect(await truthsOf("a.jpg", file({}))).toEqual([truth(1, 1, 2, 3, 4), truth(0, 10, 20, 30, 40, true)]);
    expect(await truthsOf("b.png", file({}))).toEqual([]);
  });

  it("go by names where those are known, and then may lack some", async () => {
    const names = ["dog", "cat", "cow"];
    const found = await truthsOf("a.jpg", file({}), { config: { nc: 3, names } });
    expect(found?.map(({ classId }) => classId)).toEqual([0, 1]);
    const { notes } = await find(file({}), { config: { names: ["Hund", "cat"] } });
    expect(notes).toEqual([
      'truth/x.json: not all its categories are in "names"; they are numbered in the order of their ids',
    ]);
  });

  it("may be named themselves", async () => {
    const found = await truthsOf("a.jpg", file({}), { config: { label_dir: "truth/x.json" } });
    expect(found).toHaveLength(2);
  });

  it.each([
    [{ images: 5 }, 'truth/x.json: images is 5; expected COCO\'s "instances"'],
    [{ annotations: [{ image_id: 7, category_id: 5 }] }, "truth/x.json: annotations.0.bbox is missing"],
    [{ annotations: [{ image_id: 7, category_id: 5, bbox: [0, 0, -1, 1] }] }, "annotations.0.bbox.2 is -1"],
    [
      { annotations: [{ image_id: 7, category_id: 6, bbox: [0, 0, 1, 1] }] },
      "annotations.0 has category_id 6, which is not among its categories",
    ],
    [
      { annotations: [{ image_id: 8, category_id: 5, bbox: [0, 0, 1, 1] }] },
      "annotations.0 has image_id 8, which is not among its images",
    ],
    [{ categories: [{ id: 1 }] }, 'truth/x.json has 1 categories, "nc" is 2'],
    [{ images: [base.images[0]], annotations: [] }, "truth/x.json does not name b.png among its images"],
    [
      { images: [...base.images, { id: 1, file_name: "c.jpg" }] },
      "truth/x.json has images that are not in the folder of the pictures: c.jpg",
    ],
  ])("with %j are refused", async (changes, message) => {
    await expect(find(file(changes))).rejects.toThrow(message);
  });

  it("that are no JSON, or of a picture of another size, are refused", async () => {
    await expect(find({ "truth/x.json": "{" })).rejects.toThrow(
      /^truth\/x\.json is no JSON: .*; give COCO's "instances" file$/,
    );
    const images = [{ ...base.images[0], width: 100 }, base.images[1]];
    await expect(truthsOf("a.jpg", file({ images }))).rejects.toThrow(
      "truth/x.json says a.jpg has 100 x 100 pixels, it has 200 x 100; the boxes belong to another picture",
    );
  });
});

describe("where labels are looked for", () => {
  const yolo = { "data/labels/a.txt": "", "data/labels/b.txt": "" };
  const none = { config: { label_dir: undefined } };

  it("is label_dir, which must exist and hold one kind", async () => {
    await expect(find({})).rejects.toThrow(
      '"label_dir" is truth, which does not exist; correct it, make the folder',
    );
    await expect(find({ "truth/a.txt": "", "truth/x.json": "{}" })).rejects.toThrow(
      '"label_dir" truth holds a.txt, x.json, expected the labels of YOLO, one .txt a picture, or one .json of COCO',
    );
    await expect(find({ "truth/a.xml": "" })).rejects.toThrow(
      '"label_dir" truth holds a.xml, expected the labels',
    );
  });

  it("is labels/ beside the data for what the float model detects, unless older ones lie there", async () => {
    expect((await find({}, none)).source).toEqual({ kind: "made", folder: "data/labels" });
    const { source, notes } = await find(yolo, none);
    expect(source).toEqual({ kind: "made", folder: null });
    expect(notes[0]).toContain("data/labels is there already and is left as it is");
  });

  it("is labels/ beside the data for a quantized model that runs alone", async () => {
    const alone = { ...none, runMode: "infer", quantized: true };
    expect((await find(yolo, alone)).source.kind).toBe("given");
    await expect(find({}, alone)).rejects.toThrow(
      'there are no labels, neither "label_dir" nor in data/labels, and a quantized model can\'t say what is right',
    );
  });
});
