import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeNpy } from "../../hosts/shared/npy/write.ts";
import { cifarBatch, loadCifar } from "../cifar.ts";
import type { BenchJob } from "./host.ts";

const SAMPLES = 64;

/** The main job: ResNet-20 of ../shared, 64 of its calibration images, 8 bit, kl. */
export function mainJob(): BenchJob {
  const shared = resolve(process.env.KNIGHT_SHARED ?? "../shared");
  const model = join(shared, "models/cifar/resnet20.onnx");
  if (!existsSync(model))
    throw new Error(`${model} is not there; set KNIGHT_SHARED to the folder that holds models/`);
  const scratch = mkdtempSync(join(tmpdir(), "knight-hosts-"));
  const data = join(scratch, "images.npy");
  writeFileSync(data, writeNpy(cifarBatch(loadCifar(shared).calibration, 0, SAMPLES)));
  return {
    model,
    data,
    samples: SAMPLES,
    batchSize: 16,
    args: ["-b", "8", "-qm", "kl"],
    options: { "bit-width": 8, "quant-mode": "kl" },
    scratch,
  };
}
