import { describe, expect, it } from "vitest";
import { differenceOf, pack } from "./recorded.ts";

/** Of the largest answer. */
const TOLERANCE = 1e-4;

describe("whole nets give what torch gives", () => {
  const entries = pack("nets.zip");
  const archives = Object.keys(entries).filter((name) => name.endsWith(".pt2"));
  it.each(archives)("%s", async (name) => {
    const recorded = entries[name.replace(/(\.core)?\.pt2$/, ".npz")]!;
    const difference = await differenceOf(entries[name]!, recorded);
    console.info(`${name}: ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(TOLERANCE);
  });
});
