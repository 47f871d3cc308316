import { describe, expect, it } from "vitest";
import {
  AbortedError,
  ConfigError,
  DataError,
  HardwareRangeError,
  InternalError,
  ModelError,
  UnsupportedError,
} from "../../../core-ts/errors.ts";
import { Problem, problemOf } from "../../../hosts/edge/problem.ts";

describe("problemOf", () => {
  it.each([
    [new ModelError("m", { node: "n" }), 422, "MODEL"],
    [new UnsupportedError("m"), 422, "UNSUPPORTED"],
    [new ConfigError("m", { option: "-b" }), 422, "CONFIG"],
    [new DataError("m", { value: "v", file: "f" }), 422, "DATA"],
    [new HardwareRangeError("m"), 422, "HARDWARE_RANGE"],
    [new AbortedError("m"), 503, "ABORTED"],
  ])("maps %s to %i and carries code and place", (error, status, code) => {
    const document = problemOf(error).document("id-1");
    expect(document).toMatchObject({ status, code, detail: "m", instance: "id-1" });
    expect(document.where ?? {}).toEqual(error.where);
    expect(document.type).toBe(`urn:problem-type:knight:${code.toLowerCase().replace("_", "-")}`);
    expect(document.title).not.toBe("");
  });

  it.each([new InternalError("secret /path"), new Error("secret /path"), "secret /path", undefined])(
    "keeps the words of %s to itself",
    (error) => {
      const problem = problemOf(error);
      expect(problem.status).toBe(500);
      expect(JSON.stringify(problem.document("id"))).not.toContain("secret");
    },
  );

  it("leaves a problem as it is", () => {
    const problem = new Problem("BUSY", "d", { retryAfter: 5, headers: { A: "b" } });
    expect(problemOf(problem)).toBe(problem);
    expect(problem.headers).toEqual({ A: "b", "Retry-After": "5" });
    expect(problem.document("id")).not.toHaveProperty("where");
  });
});
