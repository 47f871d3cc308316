import { Unzip, UnzipInflate } from "fflate";
import type { JobFile } from "../shared/job/index.ts";
import type { EdgeConfig } from "./config.ts";
import { Problem } from "./problem.ts";

type Limits = Pick<EdgeConfig, "maxUnpacked">;

/** Bytes unpacked at a step: DEFLATE makes at most 1032 bytes of one, so that a step stays below 17 MB. */
const STEP = 16 * 1024;

/** Adds up what files unpack to. */
class Budget {
  #left: number;

  constructor(private readonly limits: Limits) {
    this.#left = limits.maxUnpacked;
  }

  spend(bytes: number, file: string): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new Problem(
      "LIMIT",
      `the data unpack to more than ${this.limits.maxUnpacked} bytes, this server's limit (at "${file}")`,
      { where: { file } },
    );
  }
}

/** What an archive says of its sizes may be a lie, so it is unpacked, a step at a time, and forgotten. */
function measureArchive({ name, bytes }: JobFile, budget: Budget): void {
  const unzip = new Unzip((entry) => {
    entry.ondata = (error, chunk) => {
      if (!error) budget.spend(chunk.length, name);
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < bytes.length; at += STEP)
      unzip.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // A damaged archive: the job says what is wrong with it.
  }
}

/** Refuses data that would unpack to more than the limit, before anything unpacks them. @throws Problem LIMIT. */
export function checkData(data: readonly JobFile[], limits: Limits): void {
  const budget = new Budget(limits);
  for (const file of data) if (/\.npz$/i.test(file.name)) measureArchive(file, budget);
}
