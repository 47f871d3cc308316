import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadNpy } from "../../../hosts/node/load-npy.ts";
import { knight, Scratch } from "../../support/command.ts";

const DEMO = fileURLToPath(new URL("../../../examples/digits/", import.meta.url));
const NO_NUMPY = spawnSync("python3", ["-c", "import numpy"]).status !== 0;
const scratch = new Scratch();
afterAll(() => scratch.remove());

const folders = {
  8: join(scratch.path, "bits8"),
  16: join(scratch.path, "bits16"),
  qdq: join(scratch.path, "qdq"),
};
beforeAll(async () => {
  const data = [
    "-uds",
    join(DEMO, "infer_digits.ts"),
    "-if",
    "infer_digits",
    "-d",
    join(DEMO, "calibration.npy"),
  ];
  const quantize = (folder: string, ...more: string[]) =>
    knight(
      ["quant", "-m", join(DEMO, "digits.onnx"), ...data, "-i", "2", "-bs", "8", "-ib", "8"].concat(
        ["-du", "-s", folder],
        more,
      ),
    );
  await quantize(folders[8]);
  await quantize(folders[16], "-b", "16");
  await quantize(folders.qdq, "--ir", "qdq");
});

const compared = async (...args: string[]) =>
  JSON.parse((await knight(["compare", ...args, "--json"])).out) as {
    layers: { layer: string; mre: number; rmse: number }[];
  };

/** Measures of one dump by numpy, in the order of its layers; the formulas as spec/facts.md has them. */
const NUMPY = `
import json, os, sys
import numpy as np
out = []
for key, e in json.load(open(sys.argv[1] + "/dump.json"))["layers"].items():
    def values(side, scale):
        place = f"{sys.argv[1]}/dump/{side}/{e['folder']}"
        count = len([f for f in os.listdir(place) if f.startswith("batch_")])
        return np.concatenate([np.load(f"{place}/batch_{k}.npy").ravel().astype("f8") * scale for k in range(count)])
    l, r = values("float", 1), values("quant", e["scale"])
    d, m = r - l, l > 1e-6
    out.append([
        abs(d).sum() / abs(l).sum(), 0.5 + 0.5 * (l @ r) / np.linalg.norm(l) / np.linalg.norm(r),
        np.sqrt((d * d).sum() / (l * l).sum()), (abs(d)[m] / l[m]).max(), abs(d)[m].max(),
        (r > l).sum() / (r != l).sum(), (r < l).sum() / (r != l).sum()])
print(json.dumps(out))
`;

describe("quant -du and compare", () => {
  it.skipIf(NO_NUMPY)("agree with numpy on its own files (skipped where python3 has no numpy)", async () => {
    const { layers } = JSON.parse((await knight(["compare", "-qd", folders[8], "--json"])).out);
    const printed = execFileSync("python3", ["-c", NUMPY, folders[8]], { encoding: "utf8" });
    const expected = JSON.parse(printed) as number[][];
    expect(layers).toHaveLength(expected.length);
    // Sums of some thousand float64 in another order.
    for (const [i, { mre, cos, rmse, maxdiff, bias }] of layers.entries())
      for (const [k, value] of [mre, cos, rmse, ...maxdiff, ...bias].entries())
        expect(Math.abs(value - expected[i]![k]!)).toBeLessThan(1e-10 * Math.abs(expected[i]![k]!));
  });

  it("find 16 bit far closer to the float model than 8 bit, in every layer", async () => {
    const [eight, sixteen] = [await compared("-qd", folders[8]), await compared("-qd", folders[16])];
    for (const [i, layer] of eight.layers.entries())
      expect(sixteen.layers[i]!.rmse).toBeLessThan(layer.rmse / 20);
    // And 8 bit as far from 16 bit as from the float model, within what 16 bit itself is off.
    const between = await compared("-sd", `${folders[16]}:${folders[8]}`);
    expect(between.layers.map(({ layer }) => layer)).toEqual(eight.layers.map(({ layer }) => layer));
    for (const [i, { rmse }] of between.layers.entries())
      expect(Math.abs(rmse / eight.layers[i]!.rmse - 1)).toBeLessThan(0.1);
  });

  it.each(["8", "16", "qdq"] as const)("have the weights of a %s model beside the batches", async (form) => {
    const folder = folders[form];
    const { layers } = JSON.parse(readFileSync(join(folder, "dump.json"), "utf8")) as {
      layers: Record<string, { folder: string; op_type: string }>;
    };
    const withWeights = Object.values(layers).filter(({ folder: layer }) =>
      readdirSync(join(folder, "dump/quant", layer)).includes("weight.npy"),
    );
    expect(withWeights.map(({ op_type }) => op_type)).toEqual(
      Object.values(layers).flatMap(({ op_type }) => (/Conv|Gemm/.test(op_type) ? [op_type] : [])),
    );
    for (const { folder: layer } of withWeights) {
      const [float, quant] = [
        await loadNpy(join(folder, "dump/float", layer, "weight.npy")),
        await loadNpy(join(folder, "dump/quant", layer, "weight.npy")),
      ];
      expect([quant.dtype, quant.dims]).toEqual(["float32", float.dims]);
      const largest = Math.max(...Array.from(float.data as Float32Array, Math.abs));
      // No more than rounding to 127 or 32767 steps, a little above half a step where the rounding looks at its neighbours.
      const step = largest / (form === "16" ? 32767 : 127);
      for (const [i, w] of (float.data as Float32Array).entries())
        expect(Math.abs((quant.data as Float32Array)[i]! - w)).toBeLessThan(1.01 * step);
    }
  });
});
