/** -qid, --mean, --std and -on as a user gives them, with data in each form a script may feed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { knight, Scratch } from "../../support/command.ts";

const MODEL = fileURLToPath(new URL("../../../examples/digits/digits.onnx", import.meta.url));
const scratch = new Scratch();
afterAll(() => scratch.remove());

/** Grey levels 0..16 in three forms, and data that are none. */
const SCRIPT = `
  import { onnxInferFunc } from "knight-quant";
  const FORMS = {
    bytes: (v) => ["uint8", Uint8Array.from(v)],
    words: (v) => ["int16", Int16Array.from(v)],
    floats: (v) => ["float32", Float32Array.from(v)],
    halves: (v) => ["float32", Float32Array.from(v, (x) => x + 0.5)],
    longs: (v) => ["int64", BigInt64Array.from(v, BigInt)],
  };
  for (const [name, form] of Object.entries(FORMS)) {
    onnxInferFunc.register("infer_" + name, async (executor) => {
      let sum = 0;
      for (let i = 0; i < executor.iteration; i++) {
        const [dtype, data] = form(Array.from({ length: 64 }, (_, k) => (7 * k + 3 * i) % 17));
        const [out] = await executor.forward({ dtype, dims: [1, 1, 8, 8], data });
        sum += out.data.indexOf(Math.max(...out.data));
      }
      return executor.input_types[executor.input_nodes[0]] * 1000 + sum;
    });
  }
`;

const run = (form: string, folder: string, ...more: string[]) =>
  knight([
    "quant",
    "-m",
    MODEL,
    "-uds",
    scratch.file("forms.ts", SCRIPT),
    "-if",
    `infer_${form}`,
    "-i",
    "6",
    "-s",
    join(scratch.path, folder),
    ...more,
  ]);
const quantized = (folder: string) => join(scratch.path, folder, "digits_quantize.onnx");
const fact = (out: string, name: string) => new RegExp(`^${name} +(.*)$`, "m").exec(out)?.[1];
const RAW = ["-qid", "uint8", "--mean", "8", "--std", "4"];

describe("-qid uint8 --mean --std", () => {
  beforeAll(async () => {
    expect((await run("bytes", "bytes", ...RAW)).err).not.toContain("error");
  });

  it("makes a model that takes bytes, and tells infer functions so", async () => {
    const { graph } = await readModel(new Uint8Array(readFileSync(quantized("bytes"))));
    expect(graph.inputs.map(({ type }) => type!.dtype)).toEqual(["uint8"]);
    const { out } = await run("bytes", "again", ...RAW);
    // 2 is uint8 in ONNX: for both models, the float one too.
    expect(fact(out, "Float result")).toMatch(/^20\d\d$/);
    expect(fact(out, "Fixed result")).toMatch(/^20\d\d$/);
  });

  it.each(["words", "floats"])("gives the same file for the same numbers as %s", async (form) => {
    expect((await run(form, form, ...RAW)).code).toBe(0);
    expect(readFileSync(quantized(form)).equals(readFileSync(quantized("bytes")))).toBe(true);
  });

  it.each([
    [
      "halves",
      /input "\w+" holds 0\.5 at element 0; with -qid uint8 the data are whole numbers from 0 to 255/,
    ],
    ["longs", /input "\w+" is int64; with -qid uint8 feed uint8, int8, int16, or float32/],
  ])("refuses %s, and writes nothing", async (form, message) => {
    const { code, err } = await run(form, `no_${form}`, ...RAW);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(() => readFileSync(quantized(`no_${form}`))).toThrow();
  });

  const infer = (form: string, ...more: string[]) =>
    run(form, "unused", "-r", "infer", "-m", quantized("bytes"), ...more);

  it("holds in infer mode with the same -qid, with None, and without", async () => {
    const results = [];
    for (const more of [["-qid", "uint8"], ["-qid", "None"], []]) {
      const { code, out } = await infer("floats", ...more);
      expect(code).toBe(0);
      results.push(fact(out, "Result"));
    }
    expect(new Set(results).size).toBe(1);
  });

  it("is an error in infer mode with another -qid, which says what the model takes", async () => {
    const { code, err } = await infer("bytes", "-qid", "int8");
    expect(code).toBe(2);
    expect(err).toMatch(/says int8 for input "\w+", but the model was quantized for uint8; give -qid uint8/);
    expect((await infer("bytes", "-qid", "uint8", "uint8")).err).toMatch(
      /has 2 values, the model has 1 input/,
    );
  });

  it("of the float model lets infer mode feed it bytes", async () => {
    const float = await run("floats", "unused", "-r", "infer");
    const bytes = await run("bytes", "unused", "-r", "infer", "-qid", "uint8");
    expect(Number(fact(bytes.out, "Result")) % 1000).toBe(Number(fact(float.out, "Result")) % 1000);
    expect((await run("bytes", "unused", "-r", "infer")).err).toMatch(/is uint8, the model takes float32/);
  });
});

describe("-on", () => {
  it("cuts the converted model, and says what had no effect", async () => {
    const { graph } = await readModel(new Uint8Array(readFileSync(MODEL)));
    const [, second] = graph.nodes;
    const folder = join(scratch.path, "cut");
    const { code, out } = await knight([
      "quant",
      "-r",
      "convert",
      "-m",
      MODEL,
      "-s",
      folder,
      "-on",
      second!.name,
      "-qid",
      "uint8",
      "-lt",
      "8",
    ]);
    expect(code).toBe(0);
    expect(out).toContain("-lt/--layer-threshold has no effect with -r convert");
    expect(out).toContain("-qid/--quantize-input-dtype has no effect with -r convert");
    const written = await readModel(new Uint8Array(readFileSync(join(folder, "digits_optimized.onnx"))));
    expect(written.graph.outputs.map(({ name }) => name)).toEqual(second!.outputs);
  });

  it("quantizes a cut model, whose outputs the infer function gets", async () => {
    const { graph } = await readModel(new Uint8Array(readFileSync(MODEL)));
    const wanted = graph.nodes[2]!.outputs[0]!;
    const { code, err } = await run("floats", "cut8", "-on", wanted);
    expect({ code, err }).toMatchObject({ code: 0 });
    const written = await readModel(new Uint8Array(readFileSync(quantized("cut8"))));
    expect(written.graph.outputs.map(({ name }) => name)).toEqual([wanted]);
  });

  it("suggests the nearest name", async () => {
    const { graph } = await readModel(new Uint8Array(readFileSync(MODEL)));
    const { code, err } = await run("floats", "none", "-on", `${graph.nodes[0]!.name}x`);
    expect(code).toBe(2);
    expect(err).toContain(`did you mean "${graph.nodes[0]!.name}"?`);
  });
});
