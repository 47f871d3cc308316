import { describe, expect, it } from "vitest";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";
import { type Case, convertCase, readCases, runCase } from "./cases.ts";

/** max|found - expected| / max|expected|. */
const TOLERANCE = 1e-4;

async function differences(one: Case): Promise<number> {
  const found = await runCase(await convertCase(one), one);
  return Math.max(...[...one.outputs].map(([name, value]) => relativeDifference(found.get(name)!, value)));
}

describe("nets of tf.keras.applications, frozen", () => {
  const nets = readCases("nets.pack").map((one) => [one.name, one] as const);

  it.each(nets)("%s answers as in TensorFlow, fed NHWC or NCHW", async (_, one) => {
    expect(await differences(one)).toBeLessThan(TOLERANCE);
    expect(await differences({ ...one, toChw: true })).toBeLessThan(TOLERANCE);
  });

  it.each(nets)("%s lies NCHW from its input on", async (_, one) => {
    const transposes = async (toChw: boolean) => {
      const { graph } = await convertCase({ ...one, toChw });
      return graph.nodes.filter(({ op }) => op === "Transpose").map(({ inputs }) => inputs[0]);
    };
    expect(await transposes(false)).toEqual([[...one.inputs.keys()][0]]);
    expect(await transposes(true)).toEqual([]);
  });
});
