import { describe, expect, it } from "vitest";
import { differenceOf, pack } from "./recorded.ts";

/** Of the largest answer. */
const TOLERANCE = 1e-4;

describe("ops of exported programs give what torch gives", () => {
  const entries = pack("ops.zip");
  const archives = Object.keys(entries).filter((name) => name.endsWith(".pt2"));
  it.each(archives)("%s", async (name) => {
    const recorded = entries[name.replace(/(\.core)?\.pt2$/, ".npz")]!;
    expect(await differenceOf(entries[name]!, recorded)).toBeLessThan(TOLERANCE);
  });
});
