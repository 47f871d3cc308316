import { execFileSync } from "node:child_process";
import { xorshift32 } from "../../../../core-ts/xorshift.ts";
import type { MeanPrecision } from "../../../../hosts/shared/detection/average-precision.ts";
import type { Detection, Truth } from "../../../../hosts/shared/detection/boxes.ts";

/** Detections and truths of some pictures. */
export type RandomCase = readonly { readonly detections: Detection[]; readonly truths: Truth[] }[];

const SIDE = 100;
const CLASSES = 3;
const PICTURES = 8;

/** Pictures with crowded truths, crowds, and detections of which some are near a truth; scores in steps of 1/20, so that many are equal. */
export function randomCase(seed: number): RandomCase {
  const next = xorshift32(seed * 7919);
  const upTo = (most: number) => (next() / 2 ** 32) * most;
  const whole = (most: number) => Math.floor(upTo(most));
  const box = () => ({ x: upTo(SIDE), y: upTo(SIDE), width: 5 + upTo(40), height: 5 + upTo(40) });
  const scored = () => ({ classId: whole(CLASSES), score: (1 + whole(19)) / 20 });
  return Array.from({ length: PICTURES }, () => {
    const truths: Truth[] = Array.from({ length: whole(8) }, () => ({
      ...box(),
      classId: whole(CLASSES),
      isCrowd: upTo(1) < 0.15,
    }));
    const near = truths.flatMap((truth): Detection[] =>
      Array.from({ length: whole(3) }, () => {
        const jitter = () => upTo(0.3) - 0.15;
        return {
          x: truth.x + jitter() * truth.width,
          y: truth.y + jitter() * truth.height,
          width: truth.width * (1 + jitter()),
          height: truth.height * (1 + jitter()),
          classId: truth.classId,
          score: scored().score,
        };
      }),
    );
    const far: Detection[] = Array.from({ length: whole(4) }, () => ({ ...box(), ...scored() }));
    return { detections: [...near, ...far], truths };
  });
}

/** Python with pycocotools: $PYCOCOTOOLS_PYTHON, or the python3 of the PATH. */
const PYTHON = process.env.PYCOCOTOOLS_PYTHON ?? "python3";

export const hasPycocotools = (() => {
  try {
    execFileSync(PYTHON, ["-c", "import pycocotools.cocoeval"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const SCRIPT = `import contextlib, io, json, sys
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
request = json.load(sys.stdin)
results = []
for pictures in request["cases"]:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truths = [(i, t) for i, p in enumerate(pictures) for t in p["truths"]]
        bbox = lambda b: [b["x"], b["y"], b["width"], b["height"]]
        truth.dataset = {
            "info": {},
            "images": [{"id": i + 1} for i in range(len(pictures))],
            "categories": [{"id": i + 1} for i in range(request["classes"])],
            "annotations": [
                {"id": n + 1, "image_id": i + 1, "category_id": t["classId"] + 1, "bbox": bbox(t),
                 "area": t["width"] * t["height"], "iscrowd": int(t["isCrowd"])}
                for n, (i, t) in enumerate(truths)],
        }
        truth.createIndex()
        found = truth.loadRes([
            {"image_id": i + 1, "category_id": d["classId"] + 1, "bbox": bbox(d), "score": d["score"]}
            for i, p in enumerate(pictures) for d in p["detections"]])
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.params.maxDets = [request["maxDetections"]]
        evaluation.evaluate(); evaluation.accumulate()
    p = evaluation.eval["precision"][:, :, :, 0, 0]
    mean = lambda values: float(values[values > -1].mean())
    results.append({"at50": mean(p[0]), "at50to95": mean(p)})
json.dump(results, sys.stdout)`;

/** What pycocotools gives for these cases. */
export function askPycocotools(cases: readonly RandomCase[], maxDetections: number): MeanPrecision[] {
  const input = JSON.stringify({ cases, maxDetections, classes: CLASSES });
  return JSON.parse(execFileSync(PYTHON, ["-c", SCRIPT], { input, encoding: "utf8" })) as MeanPrecision[];
}
