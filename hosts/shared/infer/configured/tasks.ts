import { detection } from "../../detection/detection.ts";
import type { ConfigReader } from "../input-config.ts";
import { classification } from "./classification.ts";
import type { TaskKind } from "./task.ts";

/** Kinds of tasks, the special ones first: classification takes what is left. */
const TASKS = { detection, classification } as const satisfies Readonly<Record<string, TaskKind>>;

/** The kind of task that an entry of "input-configs" asks for. */
export function taskFor(config: ConfigReader): TaskKind {
  return Object.values(TASKS).find((kind) => kind.applies(config)) ?? TASKS.classification;
}
