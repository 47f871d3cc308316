import type { StoredError } from "../../../../conformance/case-file.ts";
import { badData } from "./data.ts";
import { badModels } from "./models.ts";
import { badOptions } from "./options.ts";
import { endedRuns } from "./runs.ts";

/** Cases of conformance/cases/errors.json, by who must act; codes and places by hand from the words of core-ts/errors.ts. */
export function errorCases(): Readonly<Record<string, readonly StoredError[]>> {
  return { model: badModels(), option: badOptions(), data: badData(), run: endedRuns() };
}
