import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { Placement } from "../../images/fit.ts";
import type { Size } from "../../images/picture.ts";
import type { Files, Staging } from "../../ports.ts";
import type { ConfigReader } from "../input-config.ts";

/** What should happen to data that can't be used: the run ends, or it goes on without them and names them. */
export const BAD_DATA = ["stop", "skip"] as const;
export type BadData = (typeof BAD_DATA)[number];

/** How a picture came into an input of the model; what maps boxes back onto it. */
export interface PictureGeometry {
  /** Of the picture as it is looked at: upright. */
  readonly original: Size;
  /** Of the model's input. */
  readonly input: Size;
  /** Where the picture lies in the input, in its pixels: all of it where it was stretched, a part in a letterbox. */
  readonly placement: Placement;
}

/** One sample of a batch. */
export interface Sample {
  /** File name without folder, as labels name it; "name#3" for the fourth sample of a file that holds several. */
  readonly name: string;
  /** The file, to be read with `TaskContext.files`. */
  readonly path: string;
  /** Absent where the data are no pictures. */
  readonly picture?: PictureGeometry;
}

/** A number that was measured, for the summary: "top-1", 97.5. */
export interface Figure {
  readonly name: string;
  /** In percent. */
  readonly value: number;
}

/** What a pass over the data gave. */
export interface TaskResult {
  /** What the infer function returns, in percent. */
  readonly accuracy: number;
  readonly figures: readonly Figure[];
}

/** One pass of the data through one model. */
export interface TaskPass {
  /**
   * What the model answered to one batch, in the order of `ModelUnderTest.outputs` and in real units, the batch along the first axis. The arrays are the pass's
   * own only until it returns.
   */
  add(outputs: readonly Tensor[], samples: readonly Sample[]): Promise<void> | void;
  finish(): Promise<TaskResult> | TaskResult;
}

/** The model a pass runs. */
export interface ModelUnderTest {
  /** A pass over the float model always comes before those over quantized ones, except with -r infer, which has one pass only. */
  readonly quantized: boolean;
  /** Names of its outputs. */
  readonly outputs: readonly string[];
}

/** What the answers mean, and how right they are; one for the whole run, over several passes. */
export interface Task {
  begin(model: ModelUnderTest): Promise<TaskPass> | TaskPass;
}

/** What a task is made from. */
export interface TaskContext {
  /** The entry of the input with the pictures (the first one). */
  readonly config: ConfigReader;
  readonly runMode: string;
  readonly files: Files;
  /** Where the data lie, and the names of all files that will be fed, sorted; with -i not all of them are. */
  readonly dataDir: string;
  readonly names: readonly string[];
  readonly badData: BadData;
  /** Told what the user should know; a sentence may come again. */
  note(sentence: string): void;
  /**
   * Files written here appear in `folder` when the whole run has succeeded, and not at all otherwise; they replace files of the same name.
   * @param what is in it, for the summary. The same folder gives the same stage.
   */
  stage(folder: string, what: string): Promise<Pick<Staging, "write">>;
}

/** A kind of task. */
export interface TaskKind {
  /** Whether the entry of "input-configs" asks for it; the first kind that says yes is taken. */
  applies(config: ConfigReader): boolean;
  open(context: TaskContext): Promise<Task> | Task;
}
