import { readFileSync } from "node:fs";
import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { ConfigError, ModelError, UnsupportedError } from "../../../../core-ts/errors.ts";
import { readPickle } from "../../../../core-ts/frontends/pytorch/archive/pickle.ts";
import { unzip } from "../../../../core-ts/frontends/pytorch/archive/unzip.ts";
import { convert, differenceOf, pack } from "./recorded.ts";

const entries = pack("ops.zip");
const linear = entries["linear.pt2"]!;

type Json = { [key: string]: Json } & { [index: number]: Json };

/** The archive of a case with some of its parts changed; undefined takes one out. */
function changed(change: (parts: Record<string, Uint8Array>) => void, bytes = linear): Uint8Array {
  const parts = unzipSync(bytes);
  change(parts);
  return zipSync(parts, { level: 0 });
}

const pathOf = (parts: Record<string, Uint8Array>, end: string) =>
  Object.keys(parts).find((path) => path.endsWith(end))!;

function withGraph(edit: (graph: Json) => void): Uint8Array {
  return changed((parts) => {
    const path = pathOf(parts, "models/model.json");
    const model = JSON.parse(new TextDecoder().decode(parts[path])) as Json;
    edit(model.graph_module!.graph!);
    parts[path] = strToU8(JSON.stringify(model));
  });
}

async function errorOf(bytes: Uint8Array): Promise<unknown> {
  return convert(bytes).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function expectError(
  bytes: Uint8Array,
  kind: new (m: string) => Error,
  pattern: RegExp,
): Promise<void> {
  const error = await errorOf(bytes);
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).toMatch(pattern);
}

describe("what is no archive of torch.export.save is answered with what to do", () => {
  const remedy = /torch\.export\.save\(torch\.export\.export\(.*-m NAME -uds script\.py -w weights\.pth/;

  it.each([
    ["weights in a zip archive", zipSync({ "archive/data.pkl": new Uint8Array(4) }), /torch\.save writes/],
    ["TorchScript", zipSync({ "m/code/x.py": strToU8("x"), "m/constants.pkl": strToU8("x") }), /TorchScript/],
    ["old weights", Uint8Array.of(0x80, 2, 0x8a), /pickle/],
    ["text", strToU8("name: net"), /no archive/],
    ["another zip archive", zipSync({ "a/b.txt": strToU8("x") }), /without an exported graph/],
    ["a compiled package", zipSync({ "m/data/aotinductor/model/x.so": strToU8("x") }), /AOTInductor/],
  ])("%s", async (_, bytes, what) => {
    await expectError(bytes, ConfigError, what);
    await expectError(bytes, ConfigError, remedy);
  });

  it("real weights in the old format", async () => {
    const file = new URL("../../../../../shared/models/lstm_kws/lstm.pth", import.meta.url);
    await expectError(readFileSync(file), ConfigError, remedy);
  });
});

describe("damaged archives", () => {
  it("cut off", async () => {
    await expectError(linear.subarray(0, linear.length >> 1), ModelError, /no readable zip archive.*cut off/);
  });

  it("a weight too short", async () => {
    const bytes = changed((parts) => {
      const path = pathOf(parts, "weight_0");
      parts[path] = parts[path]!.subarray(0, 8);
    });
    await expectError(bytes, ModelError, /"parts\.0\.\w+" in model\.pt2 has 8 bytes, expected \d+/);
  });

  it("a weight missing", async () => {
    const bytes = changed((parts) => {
      delete parts[pathOf(parts, "weight_0")];
    });
    await expectError(bytes, ModelError, /lacks data\/weights\/weight_0/);
  });

  it("no JSON", async () => {
    const bytes = changed((parts) => {
      parts[pathOf(parts, "models/model.json")] = strToU8("{");
    });
    await expectError(bytes, ModelError, /models\/model\.json in model\.pt2 is no JSON/);
  });

  it("a part that is not as the schema says", async () => {
    const bytes = withGraph((graph) => {
      (graph.nodes![0] as unknown as { target: number }).target = 3;
    });
    await expectError(bytes, ModelError, /"graph_module\.graph\.nodes\[0\]\.target".*not a text/);
  });

  it("a shape that is not the weight's", async () => {
    const bytes = withGraph((graph) => {
      const name = Object.keys(graph.tensor_values!).find((one) => one.endsWith("weight"))!;
      (graph.tensor_values![name] as unknown as { sizes: object[] }).sizes = [{ as_int: 2 }, { as_int: 2 }];
    });
    await expectError(bytes, ModelError, /is float32 of shape 4x6, and the graph says float32 of shape 2x2/);
  });
});

describe("what can't be converted is named, all of it at once", () => {
  it("ops, with the place in the user's program", async () => {
    const bytes = withGraph((graph) => {
      (graph.nodes![0] as unknown as { target: string }).target = "torch.ops.aten.fft_rfft.default";
    });
    await expectError(bytes, UnsupportedError, /1 × op "aten\.fft_rfft\.default": linear \(\w+\.py:\d+\)/);
  });

  it("arguments that nothing reads", async () => {
    const bytes = withGraph((graph) => {
      const { inputs } = graph.nodes![0] as unknown as { inputs: object[] };
      inputs.push({ name: "strange", arg: { as_int: 3 }, kind: 1 });
    });
    await expectError(bytes, UnsupportedError, /aten\.linear\.default with strange/);
  });

  it("types of inputs", async () => {
    const bytes = withGraph((graph) => {
      for (const [name, meta] of Object.entries(graph.tensor_values!)) {
        if (name.startsWith("arg")) (meta as unknown as { dtype: number }).dtype = 13;
      }
    });
    await expectError(bytes, UnsupportedError, /of type bfloat16; convert the model with model\.float\(\)/);
  });
});

describe("limits", () => {
  it("of entries and of unpacked bytes", () => {
    const archive = zipSync({ a: new Uint8Array(100), b: new Uint8Array(100) });
    expect(() => unzip(archive, "x.pt2", { entries: 1, bytes: 1000 })).toThrow(/more than 1 entries/);
    expect(() => unzip(archive, "x.pt2", { entries: 9, bytes: 150 })).toThrow(/more than 150 bytes/);
  });

  it("of a pickle: only what makes up a state dict", () => {
    const bytes = strToU8("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.");
    const read = readPickle(
      Uint8Array.from("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.", (c) => c.charCodeAt(0)),
      "x",
    );
    expect(read).toEqual({ call: "os.system", args: ["ls"] });
    expect(() => readPickle(bytes.subarray(0, 3), "x")).toThrow(/opcode|cut off/);
  });
});

describe("older archives", () => {
  const older = pack("older.zip");

  it.each(Object.keys(older).filter((name) => name.endsWith(".pt2")))("%s", async (name) => {
    expect(await differenceOf(older[name]!, older["model.npz"]!)).toBeLessThan(1e-4);
  });
});
