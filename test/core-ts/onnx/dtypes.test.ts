import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { fromBytes, toBytes } from "../../../core-ts/onnx/tensor-data.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { DTYPE_BITS, DTYPE_CODES, type DType } from "../../../core-ts/tensor/dtype.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { Random } from "../../reference/random.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { decodeModel, encodeModel, modelMessage } from "../../support/onnx-messages.ts";

type Fixed = Exclude<DType, "string">;
const FIXED = (Object.keys(DTYPE_CODES) as DType[]).filter((name): name is Fixed => name !== "string");
/** Seven elements, so that the packed types end inside a byte. */
const DIMS = [7, 1];

/** Any bit patterns, NaNs and denormals among them; bool only 0 and 1, padding bits zero. */
function sample(dtype: Fixed): Tensor {
  const random = new Random(DTYPE_CODES[dtype]);
  const bytes = Uint8Array.from(random.ints(Math.ceil((7 * DTYPE_BITS[dtype]) / 8), 0, 255));
  if (dtype === "bool") for (const i of bytes.keys()) bytes[i] = bytes[i]! & 1;
  const used = (7 * DTYPE_BITS[dtype]) % 8;
  if (used) bytes[bytes.length - 1]! &= (1 << used) - 1;
  return fromBytes(dtype, DIMS, bytes);
}

const bytesOf = (t: Tensor): number[] => [...toBytes(t as Exclude<Tensor, { dtype: "string" }>)];
const withConstant = (t: Tensor) =>
  writeModel(model(graph({ constants: { c: t }, outputs: [value("c", t.dims, t.dtype)] })));

async function readConstant(file: Uint8Array): Promise<Tensor> {
  return (await readModel(file)).graph.initializers.get("c")!;
}

describe.each(FIXED)("%s tensors", (dtype) => {
  const t = sample(dtype);

  it("come back from a written file bit by bit", async () => {
    const back = await readConstant(withConstant(t));
    expect([back.dtype, back.dims, bytesOf(back)]).toEqual([dtype, DIMS, bytesOf(t)]);
    expect(back.data.constructor).toBe(t.data.constructor);
  });

  it("are written as ONNX describes them: little-endian raw_data, dims, type number", () => {
    const { initializer } = decodeModel(withConstant(t)).graph as { initializer: unknown[] };
    const dims = DIMS.map(String);
    expect(initializer).toEqual([{ name: "c", dims, data_type: DTYPE_CODES[dtype], raw_data: bytesOf(t) }]);
  });

  it("may be empty or scalar", async () => {
    const empty = await readConstant(withConstant(fromBytes(dtype, [0, 3], new Uint8Array())));
    expect([empty.dims, empty.data.length]).toEqual([[0, 3], 0]);
    const one = fromBytes(dtype, [], new Uint8Array(Math.ceil(DTYPE_BITS[dtype] / 8)).fill(1));
    expect((await readConstant(withConstant(one))).dims).toEqual([]);
  });
});

describe("string tensors", () => {
  it("come back, empty and non-ASCII ones too", async () => {
    const t = tensor("string", [2, 2], ["", "größe", "重み", "\0"]);
    expect(await readConstant(withConstant(t))).toEqual(t);
  });

  it("need as many strings as their shape asks for", async () => {
    const file = withConstant(tensor("string", [3], ["a", "b"]));
    await expect(readConstant(file)).rejects.toThrow(/"c" \(string\) holds 2 values .* asks for 3/);
  });
});

/** Which typed field ONNX stores a type in, what goes into it, and the elements that are meant (onnx.proto, TensorProto). */
const TYPED: readonly [Fixed, string, unknown[], (number | bigint)[]][] = [
  ["float32", "float_data", [1.5, -0, Number.NaN], [1.5, -0, Number.NaN]],
  ["complex64", "float_data", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
  ["float64", "double_data", [0.1, -1e300, 5e-324], [0.1, -1e300, 5e-324]],
  ["complex128", "double_data", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
  ["int32", "int32_data", [-2147483648, 0, 2147483647], [-2147483648, 0, 2147483647]],
  ["int16", "int32_data", [-32768, 0, 32767], [-32768, 0, 32767]],
  ["uint16", "int32_data", [0, 1, 65535], [0, 1, 65535]],
  ["int8", "int32_data", [-128, 0, 127], [-128, 0, 127]],
  ["uint8", "int32_data", [0, 1, 255], [0, 1, 255]],
  ["bool", "int32_data", [0, 1, 1], [0, 1, 1]],
  ["float16", "int32_data", [0x3c00, 0x8000, 0x7e00], [0x3c00, 0x8000, 0x7e00]],
  ["bfloat16", "int32_data", [0x3f80, 0xff80, 1], [0x3f80, 0xff80, 1]],
  ["float8e4m3fn", "int32_data", [0x7f, 0xff, 1], [0x7f, 0xff, 1]],
  ["float8e4m3fnuz", "int32_data", [0x80, 0xff, 1], [0x80, 0xff, 1]],
  ["float8e5m2", "int32_data", [0x7c, 0xfc, 1], [0x7c, 0xfc, 1]],
  ["float8e5m2fnuz", "int32_data", [0x80, 0xfc, 1], [0x80, 0xfc, 1]],
  ["float8e8m0", "int32_data", [0, 127, 255], [0, 127, 255]],
  ["int4", "int32_data", [0x87, 0x0f], [0x87, 0x0f]],
  ["uint4", "int32_data", [0xf0, 0x01], [0xf0, 0x01]],
  ["float4e2m1", "int32_data", [0x21, 0x03], [0x21, 0x03]],
  ["int2", "int32_data", [0x1b], [0x1b]],
  ["uint2", "int32_data", [0x39], [0x39]],
  [
    "int64",
    "int64_data",
    ["-9223372036854775808", "9007199254740993", "9223372036854775807"],
    [-(2n ** 63n), 2n ** 53n + 1n, 2n ** 63n - 1n],
  ],
  ["uint64", "uint64_data", ["0", "1", "18446744073709551615"], [0n, 1n, 2n ** 64n - 1n]],
  ["uint32", "uint64_data", ["0", "1", "4294967295"], [0, 1, 4294967295]],
];

describe("typed fields", () => {
  it("are tested for every type", () =>
    expect(TYPED.map(([dtype]) => dtype).sort()).toEqual([...FIXED].sort()));

  it.each(TYPED)("of %s are read from %s", async (dtype, field, stored, elements) => {
    const initializer = [{ name: "c", dims: [3], data_type: DTYPE_CODES[dtype], [field]: stored }];
    const t = await readConstant(encodeModel(modelMessage({ initializer })));
    expect([...(t.data as Iterable<number | bigint>)]).toEqual(elements);
  });

  it.each(TYPED)("of %s with too few elements in %s are refused", async (dtype, field, stored) => {
    const initializer = [{ name: "c", dims: [9], data_type: DTYPE_CODES[dtype], [field]: stored }];
    const reading = readConstant(encodeModel(modelMessage({ initializer })));
    await expect(reading).rejects.toThrow(/tensor "c" .* holds \d+ values where its shape asks for \d+/);
  });
});

/** Types whose tensors ONNX Runtime hands to JavaScript. */
const CARRIED = [
  ...["float32", "float64", "float16", "bool", "int8", "uint8", "int16", "uint16"],
  ...["int32", "uint32", "int64", "uint64"],
] as Fixed[];

describe("ONNX Runtime", () => {
  it.each(CARRIED)("reads the %s constant that was written", async (dtype) => {
    const t = sample(dtype);
    const content = graph({
      constants: { c: t },
      nodes: ["Identity c -> y"],
      outputs: [value("y", DIMS, dtype)],
    });
    const session = await nodeBackend().createSession(writeModel(model(content)));
    const y = (await session.run(new Map())).get("y")!;
    expect([y.dtype, y.dims, bytesOf(y)]).toEqual([dtype, DIMS, bytesOf(t)]);
    await session.release();
  });
});

const python = spawnSync("python3", ["-c", "import onnx, ml_dtypes"]);

describe("the reference implementation (Python onnx)", () => {
  it.skipIf(python.status !== 0)(
    "checks the file and reads the same bytes (skipped where python3 can't import onnx)",
    { timeout: 120_000 },
    () => {
      const constants = Object.fromEntries(FIXED.map((dtype) => [dtype, sample(dtype)]));
      const file = join(tmpdir(), `knight-dtypes-${process.pid}.onnx`);
      const outputs = [value("y", DIMS)];
      writeFileSync(file, writeModel(model(graph({ constants, nodes: ["Identity float32 -> y"], outputs }))));
      const script = `
import onnx, onnx.numpy_helper, json, sys
m = onnx.load(sys.argv[1])
onnx.checker.check_model(m)
print(json.dumps({t.name: [list(t.dims), list(t.raw_data), int(onnx.numpy_helper.to_array(t).size)] for t in m.graph.initializer}))`;
      const run = spawnSync("python3", ["-c", script, file], { encoding: "utf8" });
      rmSync(file);
      expect(run.stderr).toBe("");
      const expected = Object.entries(constants).map(([name, t]) => [name, [DIMS, bytesOf(t), 7]]);
      expect(JSON.parse(run.stdout)).toEqual(Object.fromEntries(expected));
    },
  );
});
