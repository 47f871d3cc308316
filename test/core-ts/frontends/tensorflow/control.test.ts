import { describe, expect, it } from "vitest";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";
import { type Case, convertCase, readCases, runCase } from "./cases.ts";

/** max|found - expected| / max|expected|. */
const TOLERANCE = 1e-4;

async function answersAlike(one: Case): Promise<void> {
  const found = await runCase(await convertCase(one), one);
  for (const [name, expected] of one.outputs) {
    expect(found.get(name)!.dims).toEqual(expected.dims);
    expect(relativeDifference(found.get(name)!, expected)).toBeLessThan(TOLERANCE);
  }
}

describe("loops, branches and functions", () => {
  const all = [...readCases("loops.pack"), ...readCases("functions.pack")];
  it("flattened images meet a dense layer without a Transpose", async () => {
    const { graph } = await convertCase(all.find(({ name }) => name === "net/flatten")!);
    expect(graph.nodes.filter(({ op }) => op === "Transpose").map(({ inputs }) => inputs[0])).toEqual([
      "x0:0",
    ]);
  });

  it.each(all.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    await answersAlike(one);
  });
});
