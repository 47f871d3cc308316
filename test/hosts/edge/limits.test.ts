import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { readConfig } from "../../../hosts/edge/config.ts";
import { checkData } from "../../../hosts/edge/data-limits.ts";
import { localJobs } from "../../../hosts/edge/jobs.ts";
import { checkModel } from "../../../hosts/edge/model-limits.ts";
import { partsOf } from "../../../hosts/edge/worker-parts.ts";
import { nodePorts } from "../../../hosts/node/ports.ts";
import { graph, model, node, value } from "../../support/build-model.ts";

const LIMITS = { maxTensors: 10, maxElements: 100 };
const file = (bytes: Uint8Array, name = "m.onnx") => ({ name, bytes });
const ones = (count: number) => tensor("float32", [count], new Float32Array(count).fill(1));

function check(content: Parameters<typeof graph>[0], options = {}): void {
  checkModel({ model: file(writeModel(model(graph(content)))), options }, LIMITS);
}

const relu = (dims: (number | string)[]) => ({
  inputs: [value("x", dims)],
  outputs: [value("y", dims)],
  nodes: ["Relu x -> y"],
});

describe("checkModel", () => {
  it("takes what is within the limits", () => {
    check({ ...relu([1, 100]), constants: { c: ones(100) } });
    check(relu(["n", 10]), { "batch-size": 10 });
  });

  it("counts the samples of the largest batch, however the option is spelled", () => {
    for (const options of [{ "batch-size": 11 }, { ir_batch: "11" }, { "ir-batch": 11, "batch-size": 1 }])
      expect(() => check(relu(["n", 10]), options)).toThrow('input "x" of the model has 110 elements');
    expect(() => check(relu([11, 10]))).toThrow("limit is 100");
  });

  it("looks at constants, those of nodes and of subgraphs too", () => {
    expect(() => check({ ...relu([1]), constants: { c: ones(101) } })).toThrow('constant "c"');
    const constant = node("Constant _ -> c", { value: { kind: "tensor", value: ones(101) } });
    expect(() => check({ nodes: [{ ...constant, inputs: [] }] })).toThrow('a constant of node "c"');
    const inner = graph({ nodes: [{ ...constant, inputs: [] }], outputs: [value("c", [101])] });
    const outer = node("If p -> y", { then_branch: { kind: "graph", value: inner } });
    expect(() => check({ nodes: [outer] })).toThrow('a constant of node "c"');
  });

  it("counts nodes and constants", () => {
    const chain = (length: number) => Array.from({ length }, (_, i) => `Relu v${i} -> v${i + 1}`);
    check({ nodes: chain(10) });
    expect(() => check({ nodes: chain(11) })).toThrow("more than 10 nodes and constants");
    expect(() => check({ nodes: chain(10), constants: { c: ones(1) } })).toThrow("more than 10");
  });

  it("leaves what is no model to the job", () => {
    expect(() => checkModel({ model: file(Uint8Array.of(255, 255)) }, LIMITS)).not.toThrow();
  });
});

describe("checkData", () => {
  const archive = (bytes: number) => file(zipSync({ "a.npy": new Uint8Array(bytes) }), "a.npz");

  it("adds up what archives unpack to", () => {
    checkData([archive(400), archive(400)], { maxUnpacked: 800 });
    expect(() => checkData([archive(400), archive(401)], { maxUnpacked: 800 })).toThrow(
      'the data unpack to more than 800 bytes, this server\'s limit (at "a.npz")',
    );
  });

  it("leaves a damaged archive, and other files, to the job", () => {
    checkData([file(Uint8Array.of(1, 2, 3), "a.npz"), file(new Uint8Array(900), "a.npy")], {
      maxUnpacked: 8,
    });
  });
});

describe("checkData on pictures", () => {
  const picture = encode({ width: 10, height: 10, channels: 1, data: new Uint8Array(100) });

  it("looks at each one's size alone", () => {
    const [a, b] = [file(picture, "a.png"), file(picture, "b.JPG")];
    checkData([a, b], { maxUnpacked: 4000 });
    expect(() => checkData([a], { maxUnpacked: 3999 })).toThrow(
      'the picture "a.png" has 10 x 10 pixels, of which this server takes at most 99',
    );
    expect(() => checkData([b], { maxUnpacked: 3999 })).toThrow('"b.JPG"');
  });

  it("leaves a damaged one to the job", () => {
    checkData([file(picture.slice(0, 20), "a.png")], { maxUnpacked: 1 });
  });
});

describe("localJobs", () => {
  const ports = nodePorts(new AbortController().signal);
  const call = { signal: ports.signal, onEvent: () => undefined };

  it("says with the runtime's reason what it can't do", async () => {
    const parts = { ...partsOf(ports, "wasm"), inference: { missing: "no ONNX Runtime here" } };
    const jobs = localJobs(parts, readConfig({}));
    expect(jobs.inference).toEqual({ missing: "no ONNX Runtime here" });
    for (const name of ["quantize", "inspect", "infer"] as const)
      await expect(jobs[name]({ model: file(Uint8Array.of(1)) }, call)).rejects.toMatchObject({
        code: "NOT_IMPLEMENTED",
        status: 501,
        message: "no ONNX Runtime here",
      });
  });

  it("quantizes all the same where the scales are given", async () => {
    const bytes = readFileSync(new URL("../../../examples/digits/digits.onnx", import.meta.url));
    const data = readFileSync(new URL("../../../examples/digits/calibration.npy", import.meta.url));
    const whole = localJobs(partsOf(ports, "wasm"), readConfig({}));
    const request = { model: file(bytes, "digits.onnx"), data: [file(data, "calibration.npy")] };
    const first = await whole.quantize(request, call);
    const part = (name: string) => first.files.find((one) => one.name === name)!.bytes;
    const parts = { ...partsOf(ports, "wasm"), inference: { missing: "no ONNX Runtime here" } };
    const again = await localJobs(parts, readConfig({})).quantize(
      {
        model: file(part("steps/optimized_float.onnx"), "digits.onnx"),
        companions: [file(part("digits_scale.json"), "scales.json")],
        options: { "load-scale-json": "scales.json" },
      },
      call,
    );
    expect(Buffer.from(again.model.bytes)).toEqual(Buffer.from(first.model.bytes));
    expect(again.report.fixed).toBeUndefined();
  });

  it("checks before it works", async () => {
    const bytes = readFileSync(new URL("../../../examples/digits/digits.onnx", import.meta.url));
    const jobs = localJobs(partsOf(ports, "wasm"), { ...readConfig({}), maxElements: 63 });
    const request = { model: file(bytes), data: [] };
    await expect(jobs.quantize(request, call)).rejects.toMatchObject({ code: "LIMIT", status: 422 });
  });
});
