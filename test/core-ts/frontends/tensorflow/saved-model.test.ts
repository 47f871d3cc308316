import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fromTensorflow } from "../../../../core-ts/frontends/tensorflow/index.ts";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";
import { readNpz } from "../../../../hosts/shared/npy/npz.ts";
import { runCase } from "./cases.ts";

const FIXTURES = fileURLToPath(new URL("../../../fixtures/tensorflow/", import.meta.url));
const TOLERANCE = 1e-4;

type Change = (path: string, bytes: Uint8Array) => Uint8Array | undefined;

/** A request for a folder, whose files a test may change. */
function requestFor(folder: string, change: Change = (_, bytes) => bytes) {
  return {
    model: { name: folder, bytes: new Uint8Array() },
    startNames: [],
    endNames: [],
    toChw: false,
    inputShapes: [],
    beside: async (path: string) => {
      const whole = `${FIXTURES}${folder}/${path}`;
      return existsSync(whole) ? change(path, new Uint8Array(readFileSync(whole))) : undefined;
    },
  };
}

const without =
  (part: string): Change =>
  (path, bytes) =>
    path.includes(part) ? undefined : bytes;

const cut =
  (part: string, length: number): Change =>
  (path, bytes) =>
    path.includes(part) ? bytes.subarray(0, length) : bytes;

describe("a SavedModel with its variables in the folder", () => {
  it.each(["saved_v1", "saved_v2", "saved_keras3"])(
    "%s takes its ends from the signature and answers as in TensorFlow",
    async (folder) => {
      const { x, y } = Object.fromEntries(
        readNpz(readFileSync(`${FIXTURES}${folder}/reference.npz`), folder),
      );
      const model = await fromTensorflow(requestFor(folder));
      const [input, output] = [model.graph.inputs[0]!.name, model.graph.outputs[0]!.name];
      const one = { inputs: new Map([[input, x!]]), toChw: false };
      const found = await runCase(model, {
        ...one,
        name: folder,
        graph: new Uint8Array(),
        outputs: new Map(),
        tolerance: undefined,
      });
      expect(relativeDifference(found.get(output)!, y!)).toBeLessThan(TOLERANCE);
    },
  );

  it.each([
    ["no index of variables", without("variables.index"), /not frozen.*2 variables|not frozen.*variables/],
    ["no values", without("variables.data"), /variables\.data-00000-of-00001.*is missing/],
    ["an index cut off", cut("variables.index", 100), /variables\.index is no index of variables/],
    ["values cut off", cut("variables.data", 10), /needs \d+ bytes.*is cut off/],
    ["a graph cut off", cut("saved_model.pb", 2000), /is no SavedModel, or it is cut off/],
    ["no saved_model.pb", without("saved_model.pb"), /folder without saved_model\.pb/],
  ])("%s is one error with the file", async (_, change, message) => {
    await expect(fromTensorflow(requestFor("saved_v2", change))).rejects.toThrow(message);
  });
});
