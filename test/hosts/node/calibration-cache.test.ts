import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../core-ts/backend.ts";
import type { Ports } from "../../../hosts/shared/ports.ts";
import { nodeBackend } from "../../support/backends.ts";
import { knight, type Outcome, Scratch } from "../../support/command.ts";

const DEMO = fileURLToPath(new URL("../../../examples/digits/", import.meta.url));
const scratch = new Scratch();
afterAll(() => scratch.remove());
const at = (...parts: string[]) => join(scratch.path, ...parts);

/** Counts how often a model that taps the float network's inner values is run. */
function counting(): { ports: Partial<Ports>; runs: () => number } {
  let runs = 0;
  const backend = nodeBackend();
  const counted: Backend = {
    ...backend,
    async createSession(model) {
      const session = await backend.createSession(model);
      const run: typeof session.run = (feeds) => {
        runs++;
        return session.run(feeds);
      };
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        run,
        release: () => session.release(),
      };
    },
  };
  return { ports: { createBackend: async () => counted }, runs: () => runs };
}

const quantize = (folder: string, more: readonly string[], ports: Partial<Ports> = {}) =>
  knight(
    [
      ...[
        "quant",
        "-m",
        join(DEMO, "digits.onnx"),
        "-uds",
        join(DEMO, "infer_digits.ts"),
        "-if",
        "infer_digits",
      ],
      ...["-d", join(DEMO, "calibration.npy"), "-bs", "16", "-s", at(folder), ...more],
    ],
    ports,
  );

const fact = (out: string, name: string) => new RegExp(`^${name} +(.*)$`, "m").exec(out)?.[1];
const modelIn = (folder: string) => readFileSync(at(folder, "digits_quantize.onnx"));

describe("-cd", () => {
  const file = at("kept", "digits.cache");
  let made: Outcome;
  let runsMade = 0;
  beforeAll(async () => {
    const { ports, runs } = counting();
    made = await quantize("made", ["-i", "6", "-cd", file], ports);
    runsMade = runs();
  });

  it("makes the cache where there is none, and only it", () => {
    expect(made.code).toBe(0);
    expect(made.err).toContain(`Calibration cache written to ${file}`);
    expect(readdirSync(at("kept"))).toEqual(["digits.cache"]);
    // 4096 bins of 11 values as plain numbers would be 360 kB.
    expect(readFileSync(file).length).toBeLessThan(100_000);
  });

  it("reads it where there is one: no calibration, the same results and the same model", async () => {
    const { ports, runs } = counting();
    const again = await quantize("again", ["-i", "6", "-cd", file], ports);
    expect(again.code).toBe(0);
    expect(again.err).not.toContain("Calibration");
    expect(again.err).not.toContain("Float model");
    expect(fact(again.out, "Calibration")).toBe(`96 samples, from ${file}`);
    for (const name of ["Float result", "Fixed result", "Quantization Loss"])
      expect(fact(again.out, name)).toBe(fact(made.out, name));
    expect(modelIn("again").equals(modelIn("made"))).toBe(true);
    // 96 samples went through the float model, one by one.
    expect(runs()).toBe(runsMade - 96);
  });

  it("serves other modes, and the same bytes as without a cache", async () => {
    const direct = await quantize("direct", ["-i", "6", "-qm", "mse"]);
    const cached = await quantize("cached", ["-i", "6", "-qm", "mse", "-cd", file]);
    expect(cached.code + direct.code).toBe(0);
    expect(modelIn("cached").equals(modelIn("direct"))).toBe(true);
  });

  it("runs the float model again when the data are other ones, and says so", async () => {
    const other = await quantize("other", ["-d", join(DEMO, "test_images.npy"), "-i", "6", "-cd", file]);
    expect(other.code).toBe(0);
    expect(other.err).toContain("Float model 6 batches");
    expect(other.out).toContain("the data fed now are not those the calibration cache was made from");
    const direct = await quantize("other_direct", ["-d", join(DEMO, "test_images.npy"), "-i", "6"]);
    expect(fact(other.out, "Float result")).toBe(fact(direct.out, "Float result"));
  });

  it("takes -i for the evaluation when the cache has another number", async () => {
    const { code, out, err } = await quantize("fewer", ["-i", "3", "-cd", file]);
    expect(code).toBe(0);
    expect(err).toContain("Float model 3 batches");
    expect(out).toContain(
      `-i 3 is for the evaluation: ${file} holds statistics of 6 batches, all of which are used`,
    );
    expect(fact(out, "Calibration")).toBe(`96 samples, from ${file}`);
  });

  it("gives infer_auto the float model's answers to compare with", async () => {
    const { code, out, err } = await knight([
      ...["quant", "-m", join(DEMO, "digits.onnx"), "-i", "20", "-s", at("auto"), "-cd", file],
    ]);
    expect(code).toBe(0);
    expect(err).toContain("Float model 8 batches");
    expect(fact(out, "Float result")).toBe("1");
    expect(Number(fact(out, "Fixed result"))).toBeGreaterThan(0.9);
    expect(Number(fact(out, "Fixed result"))).toBeLessThan(1);
  });

  it("takes a folder, and keeps the statistics of several numbers of batches", async () => {
    mkdirSync(at("folder"));
    const several = ["-qm", "kl", "mse", "-i", "2", "6", "-cd", at("folder")];
    const first = await quantize("several", several);
    expect(readdirSync(at("folder"))).toEqual(["digits_calibration.cache"]);
    const second = await quantize("several_again", several);
    expect(first.code + second.code).toBe(0);
    for (const one of ["kl_i2", "mse_i6"])
      expect(modelIn(`several_again/${one}`).equals(modelIn(`several/${one}`))).toBe(true);
    const refused = await quantize("refused", ["-qm", "kl", "-i", "2", "5", "-cd", at("folder")]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("-i asks for 5 batches");
    expect(refused.err).toContain("holds statistics after 2, 6");
  });

  it("merges several to what one run over all of it gives", async () => {
    // The first 4 batches are a prefix of the first 6, so that the union has them twice; min_max does not care.
    const part = at("kept", "part.cache");
    await quantize("part", ["-i", "4", "-cd", part]);
    const merged = await quantize("merged", ["-qm", "min_max", "-i", "6", "-cd", part, file]);
    const direct = await quantize("merged_direct", ["-qm", "min_max", "-i", "6"]);
    expect(merged.code + direct.code).toBe(0);
    expect(fact(merged.out, "Calibration")).toBe(`160 samples, from ${part}, ${file}`);
    expect(modelIn("merged").equals(modelIn("merged_direct"))).toBe(true);
    const missing = await quantize("missing", ["-i", "6", "-cd", file, at("none.cache")]);
    expect(missing.code).toBe(2);
    expect(missing.err).toContain(`${at("none.cache")} is not there`);
  });

  it("refuses what is damaged, what is no cache, another run mode, and leaves nothing behind", async () => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 1;
    writeFileSync(at("damaged.cache"), bytes);
    writeFileSync(at("text.cache"), "hello");
    for (const [name, why] of [
      ["damaged.cache", "is damaged"],
      ["text.cache", "is no calibration cache"],
    ] as const) {
      const { code, err } = await quantize("bad", ["-i", "6", "-cd", at(name)]);
      expect(code).toBe(2);
      expect(err).toContain(`${at(name)} ${why}`);
    }
    const infer = await quantize("bad", ["-r", "infer", "-cd", file]);
    expect(infer.err).toContain("-r infer calibrates nothing");
    const failed = await quantize("bad", ["-if", "infer_none", "-cd", at("new.cache")]);
    expect(failed.code).toBe(2);
    expect(existsSync(at("new.cache"))).toBe(false);
    expect(existsSync(at("bad"))).toBe(false);
  });
});

describe("early_stop_flag", () => {
  const script = () =>
    scratch.file(
      "stop.ts",
      `import { onnxInferFunc, tensor } from "knight-quant";
const run = (checks) => async (executor) => {
  let calls = 0;
  for (let i = 0; i < executor.iteration; i++) {
    await executor.forward(tensor("float32", [1, 1, 8, 8], new Float32Array(64).fill(0.5)));
    calls++;
    if (checks && executor.early_stop_flag) break;
  }
  return calls;
};
onnxInferFunc.register("checks", run(true));
onnxInferFunc.register("ignores", run(false));
`,
    );
  const run = (name: string, ...more: string[]) =>
    knight([
      "quant",
      "-m",
      join(DEMO, "digits.onnx"),
      "-uds",
      script(),
      "-if",
      name,
      "-s",
      at("stop"),
      ...more,
    ]);

  it("stops a function that looks at it, after the same batch on both models, and tells", async () => {
    const { code, out, err } = await run("checks", "-i", "300");
    expect(code).toBe(0);
    expect(fact(out, "Float result")).toBe("128");
    expect(fact(out, "Fixed result")).toBe("128");
    expect(err).toContain(
      "Calibration stopped after 128 of 300 batches: over the last two doublings of the data the scales moved by less than 5 % on average",
    );
  });

  it("changes nothing for one that does not, nor with several -i", async () => {
    const ignoring = await run("ignores", "-i", "150");
    expect(fact(ignoring.out, "Float result")).toBe("150");
    expect(ignoring.err).not.toContain("stopped");
    const several = await run("checks", "-i", "20", "150");
    expect(several.code).toBe(0);
    expect(fact(several.out, "Float result")).toBe("150");
  });

  it("rises after the same batch when the statistics come from a cache", async () => {
    for (const _ of ["made", "read"]) {
      const { out } = await run("checks", "-i", "300", "-cd", at("stop.cache"));
      expect(fact(out, "Float result")).toBe("128");
      expect(fact(out, "Fixed result")).toBe("128");
    }
  });
});
