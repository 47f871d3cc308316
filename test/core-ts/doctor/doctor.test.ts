import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examine } from "../../../core-ts/doctor/index.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import type { PipelineHost, QuantOptions } from "../../../core-ts/pipeline.ts";
import { nodeBackend } from "../../support/backends.ts";
import { knight } from "../../support/command.ts";
import { loadKernels } from "../../support/kernels.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";

const options: QuantOptions = {
  chip: "TX5368AV200",
  bits: 8,
  mode: "kl",
  percent: 1,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
};

async function found(model: ModelText | Uint8Array, bits: 8 | 16 = 8): Promise<string[]> {
  const host: PipelineHost = {
    backend: nodeBackend(),
    kernels: await loadKernels("simd"),
    log: () => undefined,
    toolVersion: "test",
  };
  const bytes = model instanceof Uint8Array ? model : writeModel(buildModel(model));
  const findings = await examine(bytes, { ...options, bits }, host);
  for (const { what, remedy } of findings) expect(`${what} ${remedy}`).toMatch(/./);
  return findings.map(({ severity, check, place }) => `${severity} ${check} ${place}`.trim());
}

const bn = { g: floats([4], [1, 1, 1, 1]), b: floats([4]), m: floats([4]), v: floats([4], [1, 1, 1, 1]) };

describe("the doctor", () => {
  it("has nothing to tell of a plain network", async () => {
    expect(
      await found({
        inputs: { x: [1, 3, 8, 8] },
        constants: { w: floats([4, 3, 3, 3]) },
        nodes: [
          ["c", "Conv", "x w"],
          ["y", "Relu", "c"],
        ],
        outputs: "y",
      }),
    ).toEqual([]);
  });

  it("tells what stays float, what is not folded, what is open and what is not read", async () => {
    const constants = { w: floats([4, 4, 1, 1]), ...bn };
    const nodes: ModelText["nodes"] = [
      ["c", "Conv", "x w"],
      ["n", "BatchNormalization", "c g b m v"],
      ["s", "Add", "n c"],
      ["y", "Det", "s"],
    ];
    expect(
      await found({ inputs: { x: ["n", 4, 6, 6], unused: ["n", 3] }, constants, nodes, outputs: "y" }),
    ).toEqual([
      "warning stays-float node_y",
      "warning unfolded-batch-norm node_n",
      "note unread-input unused",
      "note dynamic-batch",
    ]);
  });

  it("finds a Concat of unlike ranges, at 8 bit only", async () => {
    const model: ModelText = {
      inputs: { x: [1, 2, 6] },
      constants: { big: floats([1], [640]) },
      nodes: [
        ["s", "Sigmoid", "x"],
        ["b", "Mul", "x big"],
        ["y", "Concat", "s b", { axis: attr.int(1) }],
      ],
      outputs: "y",
    };
    expect(await found(model)).toEqual(["warning unlike-ranges node_y"]);
    expect(await found(model, 16)).toEqual([]);
  });

  it("finds them at a Max, and not at a Min, whose result is small", async () => {
    const joined = (op: string): ModelText => ({
      inputs: { x: [1, 2, 6], z: [1, 2, 6] },
      constants: { big: floats([1], [640]) },
      nodes: [
        ["s", "Sigmoid", "x"],
        ["t", "Sigmoid", "z"],
        ["b", "Mul", "t big"],
        ["y", op, "s b"],
      ],
      outputs: "y",
    });
    expect(await found(joined("Max"))).toEqual(["warning unlike-ranges node_y"]);
    expect(await found(joined("Min"))).toEqual([]);
  });

  it("finds depthwise channels of very different sizes, and dead ones", async () => {
    const w = floats([6, 1, 1, 1], [0.01, 0.01, 0.02, 0.01, 0, 5]);
    const nodes: ModelText["nodes"] = [["y", "Conv", "x w", { group: attr.int(6) }]];
    expect(await found({ inputs: { x: [1, 6, 4, 4] }, constants: { w }, nodes, outputs: "y" })).toEqual([
      "warning unlike-channels node_y",
      "note dead-channels node_y",
    ]);
  });

  it("finds a bias that drowns the other channels", async () => {
    const constants = { w: floats([4, 3, 3, 3]), b: floats([4], [0, 0, 1e6, 0]) };
    const model: ModelText = {
      inputs: { x: [1, 3, 8, 8] },
      constants,
      nodes: [["y", "Conv", "x w b"]],
      outputs: "y",
    };
    expect(await found(model)).toEqual(["warning unlike-channels node_y"]);
  });

  it("finds BatchNormalization without a convolution before it", async () => {
    const nodes: ModelText["nodes"] = [
      ["r", "Relu", "x"],
      ["y", "BatchNormalization", "r g b m v"],
    ];
    expect(await found({ inputs: { x: [1, 4, 6, 6] }, constants: bn, nodes, outputs: "y" })).toEqual([
      "warning unfolded-batch-norm node_y",
    ]);
  });

  it("does not take its own noise for the model's fault", async () => {
    const nodes: ModelText["nodes"] = [
      ["l", "Log", "x"],
      ["y", "Relu", "l"],
    ];
    expect(await found({ inputs: { x: [1, 4] }, nodes, outputs: "y" })).toEqual(["warning random-data y"]);
  });

  it("names weights that are not finite", async () => {
    const constants = { w: floats([4, 3, 1, 1], [Number.NaN]) };
    const model: ModelText = {
      inputs: { x: [1, 3, 4, 4] },
      constants,
      nodes: [["y", "Conv", "x w"]],
      outputs: "y",
    };
    expect(await found(model)).toEqual(["error cannot-quantize w"]);
  });

  it("turns what stops a quantization into a finding", async () => {
    expect(await found(Uint8Array.of(1, 2, 3))).toEqual(["error cannot-quantize"]);
  });
});

describe("Knight doctor", () => {
  it("prints findings with their remedies; as JSON for machines", async () => {
    const plain = await knight(["doctor", "-m", "examples/digits/digits.onnx"]);
    expect(plain.code).toBe(0);
    expect(plain.out).toMatch(/note +the batch size is open.*\n +→ choose it with -ib/);
    const json = await knight([
      "--chip",
      "generic",
      "doctor",
      "-m",
      "examples/digits/digits.onnx",
      "-b",
      "16",
      "--json",
    ]);
    expect(JSON.parse(json.out)).toMatchObject({
      chip: "generic",
      bits: 16,
      findings: [{ severity: "note", check: "dynamic-batch" }],
    });
  });

  it("exits with 1 for a model that can't be quantized, with 2 for a wrong command line", async () => {
    expect((await knight(["doctor", "-m", "package.json"])).code).toBe(1);
    for (const args of [
      ["doctor"],
      ["doctor", "-m", "x", "--jsn"],
      ["doctor", "-m", "x", "-b", "9"],
      ["doctor", "-m", "nowhere.onnx"],
    ])
      expect((await knight(args)).code, args.join(" ")).toBe(2);
    expect((await knight(["doctor", "--help"])).out).toContain("--json");
  });
});

const SHARED = "../shared/models";
const models = existsSync(SHARED)
  ? readdirSync(SHARED, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".onnx"))
  : [];

describe.skipIf(models.length === 0)(`real models (skipped without ${SHARED})`, () => {
  it.each(models)("%s gets through", async (name) => {
    const { code, err } = await knight(["doctor", "-m", join(SHARED, name), "--json"]);
    expect([code, err]).toEqual([0, ""]);
  });
});
