import { errors } from "./errors.ts";
import { functions } from "./functions.ts";
import type { Group } from "./group.ts";
import { kernels } from "./kernels.ts";
import { models } from "./models.ts";
import { passes } from "./passes.ts";
import { searches } from "./searches.ts";

/** The groups of cases, by the name their totals are printed under. */
export const GROUPS = {
  kernels,
  searches,
  functions,
  passes,
  models,
  errors,
} as const satisfies Readonly<Record<string, Group>>;

export type GroupName = keyof typeof GROUPS;
