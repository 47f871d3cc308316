/** examples/detection as a user runs it: a JSON file and a folder of pictures. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodePicture } from "../../../hosts/shared/images/decode.ts";
import { knight, type Outcome, Scratch } from "../../support/command.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/detection", import.meta.url));

/**
 * Pillow's letterbox, ONNX Runtime for Python, a decoder in numpy and pycocotools 2.0.11 on the same pictures and labels. Other kernels of the same
 * model may change the order of two detections.
 */
const EXPECTED = { at50to95: 86.5667, at50: 97.3597 };

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
  mkdirSync(join(scratch.path, "data"));
  cpSync(join(EXAMPLE, "images"), join(scratch.path, "data", "images"), { recursive: true });
});
afterEach(() => scratch.remove());

const at = (...names: string[]) => join(scratch.path, ...names);
const stems = readdirSync(join(EXAMPLE, "images")).map((name) => name.replace(".jpg", ""));

type Config = { quant: Record<string, unknown> & { "input-configs": Record<string, unknown>[] } };

/** The example's run-config on the copy of its pictures, with changes. */
function run(
  input: Readonly<Record<string, unknown>>,
  quant: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  const config = JSON.parse(readFileSync(join(EXAMPLE, "run_config_detect.json"), "utf8")) as Config;
  const entry = {
    ...config.quant["input-configs"][0],
    data_dir: at("data", "images"),
    label_dir: join(EXAMPLE, "labels"),
    ...input,
  };
  const model = join(EXAMPLE, "shapes.onnx");
  const all = { ...config.quant, model, "save-dir": at("out"), ...quant, "input-configs": [entry] };
  return knight(["quant", "-rc", scratch.file("config.json", JSON.stringify({ ...config, quant: all }))]);
}

function figures({ out }: Outcome, name: string): number[] {
  const line = out.split("\n").find((one) => one.startsWith(`${name} `)) ?? "";
  return [...line.matchAll(/([\d.]+) %/g)].map(([, value]) => Number(value));
}

describe("examples/detection", () => {
  it("measures what pycocotools measures, and 8 bit stay near it", async () => {
    const outcome = await run({});
    expect(outcome).toMatchObject({ code: 0 });
    const [float, fixed] = figures(outcome, "mAP@0.5:0.95");
    const [float50, fixed50] = figures(outcome, "mAP@0.5");
    expect(Math.abs(float! - EXPECTED.at50to95)).toBeLessThan(0.5);
    expect(Math.abs(float50! - EXPECTED.at50)).toBeLessThan(0.5);
    expect(float! - fixed!).toBeLessThan(10);
    expect(Math.abs(float50! - fixed50!)).toBeLessThan(2);
    expect(outcome.out).toMatch(/Float result +86\.\d+\n/);
    expect(outcome.out).toContain("[1, 16, 16, 16] are maps with 2 anchors a cell");
    expect(readdirSync(at("data"))).toEqual(["images"]);
  });

  it("without labels takes the float model's detections, and writes them where the next run finds them", async () => {
    const first = await run({ label_dir: null });
    expect(first).toMatchObject({ code: 0 });
    expect(figures(first, "mAP@0.5:0.95")[0]).toBe(100);
    expect(readdirSync(at("data", "labels"))).toEqual(stems.map((stem) => `${stem}.txt`));
    const alone = await run(
      { label_dir: null },
      { model: at("out", "shapes_quantize.onnx"), "run-mode": "infer", "batch-size": 1, iteration: 16 },
    );
    expect(alone).toMatchObject({ code: 0 });
    expect(figures(alone, "mAP@0.5")).toEqual([figures(first, "mAP@0.5")[1]]);
  });

  it("leaves labels that are there, and writes none when the run fails", async () => {
    mkdirSync(at("data", "labels"));
    writeFileSync(at("data", "labels", "mine.txt"), "mine");
    const kept = await run({ label_dir: null });
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.out).toContain("is there already and is left as it is");
    expect(readdirSync(at("data", "labels"))).toEqual(["mine.txt"]);
    rmSync(at("data", "labels"), { recursive: true });
    const [first] = readdirSync(at("data", "images"));
    writeFileSync(at("data", "images", first!.replace("00", "99")), "no picture");
    expect(await run({ label_dir: null }, { iteration: 5 })).toMatchObject({ code: 1 });
    expect(readdirSync(at("data"))).toEqual(["images"]);
  });

  it("draws boxes with -r infer", async () => {
    const outcome = await run({ draw_box: true }, { "run-mode": "infer" });
    expect(outcome).toMatchObject({ code: 0 });
    expect(readdirSync(at("data", "label_imgs"))).toEqual(stems.map((stem) => `${stem}.png`));
    for (const stem of stems) {
      const [before, after] = [`images/${stem}.jpg`, `label_imgs/${stem}.png`].map((name) =>
        decodePicture(readFileSync(at("data", name)), name),
      );
      expect([after!.width, after!.height]).toEqual([before!.width, before!.height]);
      expect(after!.rgba).not.toEqual(before!.rgba);
    }
  });

  it("takes a decoder of a script, and says where its mistakes are", async () => {
    const script = (body: string) =>
      scratch.file(
        "decoder.ts",
        `import { type Decoder, registerDecoder } from "knight-quant";
const decode: Decoder = ([maps], { input, classCount }) => { ${body} };
registerDecoder("mine", decode);`,
      );
    // One box over all of the input, whatever the outputs: the letterbox of a wide picture is cut off.
    const whole = script(
      "return [{ x: 0, y: 0, ...input, classId: classCount - 3, score: maps!.dims[0]! }];",
    );
    const drawn = await run({ decoder: "mine", label_dir: null }, { "user-defined-script": whole });
    expect(drawn).toMatchObject({ code: 0 });
    expect(readFileSync(at("data", "labels", "shapes_00.txt"), "utf8")).toBe(
      "0 0.500000 0.500000 1.000000 1.000000\n",
    );
    const wrong = await run(
      { decoder: "mine" },
      { "user-defined-script": script("return [{ x: 1 } as never];") },
    );
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain(
      'the decoder "mine" returned y undefined in detection 0, expected an array of { x, y, width, height, classId, score }',
    );
    const unknown = await run({ decoder: "mine2" }, { "user-defined-script": whole });
    expect(unknown.err).toContain(
      'there is no decoder "mine2", there are mine, yolov3, yolov5, yolov6, yolov7, yolov8; did you mean mine?',
    );
  });
});
