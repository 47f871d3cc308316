import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { DataError, KnightError, ModelError } from "../../../core-ts/errors.ts";
import { type ExternalReader, readModel } from "../../../core-ts/onnx/read.ts";
import { writeModel, writeModelExternal } from "../../../core-ts/onnx/write.ts";
import { int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { encodeModel, modelMessage } from "../../support/onnx-messages.ts";

/** A model whose one constant, float32 [2], is described by these external_data entries. */
function referring(fields: Readonly<Record<string, string>>): Uint8Array {
  const external_data = Object.entries(fields).map(([key, text]) => ({ key, value: text }));
  const t = { name: "w", dims: [2], data_type: 1, data_location: 1, external_data };
  return encodeModel(modelMessage({ initializer: [t] }));
}

/** A data file of 0, 1, 2, ... as bytes; like a file system it gives what there is. */
const counting: ExternalReader = async (_, offset, length) =>
  Uint8Array.from({ length: 64 }, (_, i) => i).slice(offset, length && offset + length);

const weight = async (file: Uint8Array, external: ExternalReader = counting) =>
  (await readModel(file, { external })).graph.initializers.get("w")!;

async function refusal(file: Uint8Array, external?: ExternalReader): Promise<KnightError> {
  const error = await readModel(file, { external }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(KnightError);
  return error as KnightError;
}

describe("reading external data", () => {
  it("takes the stated part of the file", async () => {
    const t = await weight(referring({ location: "w.bin", offset: "12", length: "8" }));
    expect([...new Uint8Array((t.data as Float32Array).buffer)]).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it("without offset and length starts at 0 and takes what the shape needs", async () => {
    const t = await weight(referring({ location: "sub/w.bin", checksum: "ignored" }));
    expect([...new Uint8Array((t.data as Float32Array).buffer)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it.each([
    "",
    "/etc/passwd",
    "../w.bin",
    "a/../../w.bin",
    "..\\w.bin",
    "C:\\w.bin",
    "c:w.bin",
    "\\\\host\\w",
    "a\0b",
  ])("never leaves the model's folder: %o", async (location) => {
    let asked = 0;
    const error = await refusal(referring({ location }), async () => {
      asked++;
      return new Uint8Array(8);
    });
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(/tensor "w" .* not a path inside the model's folder/);
    expect(error.where.value).toBe("w");
    expect(asked).toBe(0);
  });

  it("names the file when only the model was given", async () => {
    const error = await refusal(referring({ location: "w.bin" }));
    expect(error.message).toMatch(/"w" keeps its data in the file "w.bin".*give both files/);
  });

  it("names tensor and file when the file can't be read", async () => {
    const error = await refusal(referring({ location: "w.bin" }), async () => {
      throw new Error("ENOENT: no such file");
    });
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(
      /can't read "w.bin".*tensor "w": ENOENT: no such file; put it beside the model/,
    );
    expect(error.where).toEqual({ value: "w", file: "w.bin" });
  });

  it("lets a host's own error through", async () => {
    const own = new DataError("the browser may read only files that were chosen");
    expect(
      await refusal(referring({ location: "w.bin" }), async () => {
        throw own;
      }),
    ).toBe(own);
  });

  it.each([
    [
      { location: "w.bin", offset: "60" },
      /needs 8 bytes of "w.bin" from 60 on, found 4; the data file is cut off/,
    ],
    [{ location: "w.bin", length: "9" }, /needs 8 bytes and states 9 of "w.bin"/],
    [{ location: "w.bin", length: "1099511627776" }, /states 1099511627776/],
    [{ location: "w.bin", offset: "-1" }, /external offset "-1", not a number of bytes/],
    [{ location: "w.bin", offset: "1e3" }, /external offset "1e3"/],
    [{ location: "w.bin", length: "many" }, /external length "many"/],
    [{ location: "w.bin", offset: "9007199254740993" }, /external offset "9007199254740993"/],
  ])("refuses %o", async (fields, message) => {
    expect((await refusal(referring(fields), counting)).message).toMatch(message);
  });

  it("says so when the data file is a Git LFS pointer", async () => {
    const pointer = new TextEncoder().encode(
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    );
    const error = await refusal(
      encodeModel(
        modelMessage({
          initializer: [
            {
              name: "w",
              dims: [100],
              data_type: 1,
              data_location: 1,
              external_data: [{ key: "location", value: "w.bin" }],
            },
          ],
        }),
      ),
      async () => pointer,
    );
    expect(error.message).toMatch(/it is a Git LFS pointer.*git lfs pull/);
  });
});

const QUIET = { logSeverityLevel: 3 } as const;

/** Two large tensors, one small, one of strings, one inside a node. */
function heavy() {
  const big = (seed: number) =>
    tensor(
      "float32",
      [64, 4],
      Float32Array.from({ length: 256 }, (_, i) => seed + i / 7),
    );
  const content = graph({
    inputs: [value("x", [2, 64])],
    outputs: [value("y", [2, 4])],
    nodes: [
      "Add a b -> w",
      "MatMul x w -> m",
      node("Constant -> k", { value: { kind: "tensor", value: big(9) } }),
      "Reshape m shape -> y",
    ],
    constants: { a: big(1), b: big(2), shape: int64Tensor([2, 4]), labels: tensor("string", [1], ["a"]) },
  });
  return model(content);
}

describe("writing external data", () => {
  const { model: file, data } = writeModelExternal(heavy(), { location: "heavy.data", threshold: 1024 });
  const beside: ExternalReader = async (location, offset, length) => {
    expect(location).toBe("heavy.data");
    return data.slice(offset, offset + (length ?? data.length));
  };

  it("can be read again", async () => {
    expect(await readModel(file, { external: beside })).toEqual(await readModel(writeModel(heavy())));
  });

  it("puts the large constants into the data file, each at a page of its own", () => {
    expect(data.length).toBe(4096 + 1024);
    expect([...new Float32Array(data.buffer, 4096, 256)]).toEqual([
      ...(heavy().graph.initializers.get("b")!.data as Float32Array),
    ]);
    expect(file.length).toBeLessThan(writeModel(heavy()).length - 1900);
  });

  it("is what ONNX Runtime reads from disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knight-external-"));
    writeFileSync(join(folder, "heavy.onnx"), file);
    writeFileSync(join(folder, "heavy.data"), data);
    const { Tensor } = await import("onnxruntime-node");
    const run = async (session: InferenceSession) => {
      const { y } = await session.run({ x: new Tensor("float32", new Float32Array(128).fill(1), [2, 64]) });
      await session.release();
      return y!.data;
    };
    const inline = await run(await InferenceSession.create(writeModel(heavy()), QUIET));
    expect(await run(await InferenceSession.create(join(folder, "heavy.onnx"), QUIET))).toEqual(inline);
    rmSync(folder, { recursive: true });
  });
});

describe("a model too large for one file", () => {
  it("is refused before anything is allocated, constants inside nodes and subgraphs counted", () => {
    // 2^30 bytes that four tensors share: only their sizes are looked at.
    const shared = tensor("uint8", [2 ** 30], new Uint8Array(2 ** 30));
    const constant = node("Constant -> k", { value: { kind: "tensor", value: shared } });
    const branch = graph({ nodes: [constant], outputs: [value("k")] });
    const nodes = [node("If c -> y", { then_branch: { kind: "graph", value: branch } })];
    const large = model(graph({ nodes, constants: { a: shared } }));
    expect(() => writeModel(large)).toThrow(ModelError);
    expect(() => writeModel(large)).toThrow(/2147483648 bytes.* at most 2147483647.*external data/);
  });
});
