import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../../hosts/edge/config.ts";
import { localJobs } from "../../../hosts/edge/jobs.ts";
import { partsOf } from "../../../hosts/edge/worker-parts.ts";
import { nodePorts } from "../../../hosts/node/ports.ts";
import { runKnight } from "../../../hosts/shared/cli/run.ts";
import { ROOT } from "../../runtimes/bundle.ts";
import { fakeApp, post, problem } from "./fake-jobs.ts";

const demo = (name: string) => join(ROOT, "examples", "digits", name);
const read = (name: string) => new Uint8Array(readFileSync(demo(name)));
const MODEL = [["digits.onnx", read("digits.onnx")]] as const;
const DATA = [["calibration.npy", read("calibration.npy")]] as const;

const ports = nodePorts(new AbortController().signal);
const { app } = fakeApp(localJobs(partsOf(ports, "wasm"), readConfig({})));

/** Sends the demo with options and companions. */
function quantize(
  options: object,
  companions: readonly (readonly [string, Uint8Array])[] = [],
  accept = "application/octet-stream",
) {
  const form = { model: MODEL, data: DATA, companions, options: JSON.stringify(options) };
  return app.request("/v1/quantize", post(form, { Accept: accept }));
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(response.status, new TextDecoder().decode(bytes.subarray(0, 500))).toBe(200);
  return bytes;
}

describe("files that options name", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "knight-edge-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("takes the scales of an earlier answer for the same model", async () => {
    const everything = unzipSync(await bytesOf(await quantize({ "batch-size": 32 }, [], "application/zip")));
    const scales = everything["digits_scale.json"]!;
    const again = await quantize({ "load-scale-json": "s.json" }, [["s.json", scales]]);
    expect(await bytesOf(again)).toEqual(everything["digits_quantize.onnx"]);
  });

  it("takes a calibration cache that the command line made", async () => {
    const cache = join(folder, "digits.cache");
    const args = [
      ...["quant", "-m", demo("digits.onnx"), "-if", "infer_files", "-d", demo("calibration.npy")],
      ...["-bs", "32", "-i", "8", "--backend", "wasm", "-cn", "1", "-cd", cache, "-s", join(folder, "out")],
    ];
    const quiet = { ...ports.terminal, out: () => undefined, err: () => undefined };
    expect(await runKnight(args, { ...ports, terminal: quiet })).toBe(0);
    const given = ["c.cache", new Uint8Array(readFileSync(cache))] as const;
    const response = await quantize({ "cache-distribution": "c.cache", "batch-size": 32 }, [given]);
    const made = readFileSync(join(folder, "out", "digits_quantize.onnx"));
    expect(await bytesOf(response)).toEqual(new Uint8Array(made));
  });

  it.each([
    [{ "load-scale-json": "/etc/passwd" }, "load-scale-json"],
    [{ mix_config: "../mix.json" }, "mix-config"],
    [{ "cache-distribution": ["s.json", "other.cache"] }, "cache-distribution"],
    [{ "cache-distribution": "s.json other.cache" }, "cache-distribution"],
  ])("refuses %j, which did not come with the request", async (options, option) => {
    const found = await problem(await quantize(options, [["s.json", Uint8Array.of(1)]]));
    expect(found).toMatchObject({ status: 422, code: "CONFIG", where: { option } });
    expect(found.detail).toContain('not among the companions of the request: "s.json"');
  });

  it.each([
    ["save-dir", "/tmp/x"],
    ["user-defined-script", "script.ts"],
    ["run-config", "run.json"],
    ["model", "other.onnx"],
    ["data", "/etc"],
  ])("refuses the option %s with a reason", async (option, value) => {
    const found = await problem(await quantize({ [option]: value }));
    expect(found).toMatchObject({ status: 422, code: "CONFIG" });
    expect(found.detail).toContain(`"${option}" can't be given to a job`);
  });
});
