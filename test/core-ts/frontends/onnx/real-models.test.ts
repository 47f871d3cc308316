import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkInputTypes } from "../../../../core-ts/frontends/onnx/index.ts";
import { verifyGraph } from "../../../../core-ts/graph/verify.ts";
import { readModel } from "../../../../core-ts/onnx/read.ts";
import { expectSameBytes, feedsFor, opsOf } from "./compare.ts";

const MODELS = fileURLToPath(new URL("../../../../../shared/models/", import.meta.url));
const files = existsSync(MODELS)
  ? readdirSync(MODELS, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".onnx"))
      .sort()
  : [];

/**
 * The same arithmetic in the same order, but ONNX Runtime fuses and folds what it finds: where a Constant node is now an initializer or an op
 * has a later version, another fusion may apply, which moves roundings of 2^-24 around in sums of some thousand terms.
 */
const TOLERANCE = 1e-5;

describe.skipIf(files.length === 0)(
  "public models compute in canonical form what they did at their own opset (skipped where ../shared/models is absent)",
  () => {
    it.each(files)("%s", async (file) => {
      const bytes = new Uint8Array(readFileSync(join(MODELS, file)));
      const original = await readModel(bytes);
      const canonical = await expectSameBytes(bytes, feedsFor(original), TOLERANCE);
      verifyGraph(canonical.graph);
      checkInputTypes(canonical);
      const names = canonical.graph.nodes.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain("");
      expect(opsOf(canonical)).not.toContain("Constant");
      // Exporters write Softmax over the last axis; no detour over Flatten may come of it.
      expect(opsOf(canonical).filter((op) => op === "Flatten").length).toBe(
        opsOf(original).filter((op) => op === "Flatten").length,
      );
      expect(canonical.graph.outputs).toEqual(original.graph.outputs);
    });
  },
);
