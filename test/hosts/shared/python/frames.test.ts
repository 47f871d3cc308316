import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { encodeFrame, type Frame, FrameReader } from "../../../../hosts/shared/python/frames.ts";

const TENSORS: readonly Tensor[] = [
  tensor("float32", [2, 2], Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY)),
  tensor("int64", [1], BigInt64Array.of(-5n)),
  tensor("bool", [3], Uint8Array.of(1, 0, 1)),
  tensor("float16", [], Uint16Array.of(0x3c00)),
  tensor("uint8", [0, 4], new Uint8Array(0)),
];

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function read(bytes: Uint8Array, chunk: number): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  return frames;
}

describe("frames", () => {
  it("have the layout of connection.py", () => {
    const bytes = joined(encodeFrame({ kind: "outputs" }, [tensor("int16", [2], Int16Array.of(1, -2))]));
    const text = '{"kind":"outputs","arrays":[["int16",[2]]]}';
    expect([...bytes]).toEqual([text.length, 0, 0, 0, ...new TextEncoder().encode(text), 1, 0, 254, 255]);
  });

  it.each([1, 3, 7, 64, 10_000])("are put together from chunks of %i bytes", (chunk) => {
    const bytes = joined([...encodeFrame({ kind: "a", x: 1 }, TENSORS), ...encodeFrame({ kind: "b" })]);
    const [a, b] = read(bytes, chunk);
    expect(a!.header).toMatchObject({ kind: "a", x: 1 });
    expect(a!.tensors).toEqual(TENSORS);
    expect([b!.header.kind, b!.tensors]).toEqual(["b", []]);
  });

  it("send a part of a larger buffer as that part", () => {
    const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const [frame] = read(joined(encodeFrame({ kind: "x" }, [tensor("float32", [2], data)])), 5);
    expect(frame!.tensors[0]!.data).toEqual(Float32Array.of(1, 2));
  });

  it("refuse what numpy lacks, and what is no message", () => {
    const brain = tensor("bfloat16", [1], Uint16Array.of(0));
    expect(() => encodeFrame({ kind: "x" }, [brain])).toThrow("answers in bfloat16, which numpy does not");
    expect(() => read(new TextEncoder().encode("hello, world"), 3)).toThrow("no message");
  });
});
