import { encode } from "fast-png";
import { decodePicture } from "../../images/decode.ts";
import type { Sample, TaskContext } from "../../infer/configured/task.ts";
import type { Detection } from "../boxes.ts";
import { stemOf } from "../labels/labels.ts";
import type { DetectionSettings } from "../settings.ts";
import { drawBoxes } from "./draw-boxes.ts";

const OPTION = "data_dir";

/** Pictures with what was detected on them, in label_imgs/ beside the data. */
export class LabelPictures {
  /** Names without their endings that several pictures have. */
  readonly #twins = new Set<string>();

  constructor(
    private readonly context: TaskContext,
    private readonly settings: DetectionSettings,
  ) {
    const seen = new Set<string>();
    for (const stem of context.names.map(stemOf)) (seen.has(stem) ? this.#twins : seen).add(stem);
  }

  /** "bus.png" for bus.jpg, "bus.jpg.png" where there is a bus.bmp as well. */
  #nameFor(name: string): string {
    return `${this.#twins.has(stemOf(name)) ? name : stemOf(name)}.png`;
  }

  async add({ name, path }: Sample, detections: readonly Detection[]): Promise<void> {
    const { files, dataDir, stage } = this.context;
    const { names, shownFrom } = this.settings;
    const picture = decodePicture(await files.read(path, OPTION), path);
    drawBoxes(
      picture,
      detections.filter(({ score }) => score >= shownFrom),
      names,
    );
    const { width, height, rgba } = picture;
    const folder = files.join(files.split(dataDir).folder, "label_imgs");
    const staging = await stage(folder, "the pictures with what was detected on them");
    await staging.write(this.#nameFor(name), encode({ width, height, data: rgba, channels: 4, depth: 8 }));
  }
}
