import { describe, expect, it } from "vitest";
import {
  AbortedError,
  ConfigError,
  DataError,
  HardwareRangeError,
  InternalError,
  ModelError,
  UnsupportedError,
} from "../../../../core-ts/errors.ts";
import { describeFailure, exitCodeOf } from "../../../../hosts/shared/cli/failure.ts";

describe("exitCodeOf", () => {
  it.each([
    [new ConfigError("x"), 2],
    [new ModelError("x"), 1],
    [new DataError("x"), 1],
    [new UnsupportedError("x"), 1],
    [new HardwareRangeError("x"), 1],
    [new InternalError("x"), 1],
    [new TypeError("x"), 1],
    ["a string", 1],
  ])("%s gives %i", (error, code) => expect(exitCodeOf(error)).toBe(code));

  it("gives a signal's code when stopped by one", () => {
    expect(exitCodeOf(new AbortedError("x"), "SIGINT")).toBe(130);
    expect(exitCodeOf(new AbortedError("x"), "SIGTERM")).toBe(143);
    expect(exitCodeOf(new ConfigError("x"), "SIGINT")).toBe(2);
  });
});

describe("describeFailure", () => {
  it("says what and where, not what the sentence says already", () => {
    const error = new ModelError('the value "y" is made twice', {
      node: "conv1",
      value: "y",
      file: "m.onnx",
    });
    expect(describeFailure(error, false)).toBe(
      'error: the value "y" is made twice\n  at node conv1, file m.onnx\n',
    );
  });

  it("shows the stack and the causes when asked", () => {
    const error = new ConfigError("outer", { cause: new Error("inner") });
    const text = describeFailure(error, true);
    expect(text).toMatch(/^error: outer\n {2}ConfigError: outer\n {6}at /);
    expect(text).toContain("  caused by Error: inner");
    expect(describeFailure(error, false)).toBe("error: outer\n");
  });

  it("calls what is no error of ours a mistake of the program", () => {
    expect(describeFailure(new TypeError("x is not a function"), false)).toBe(
      "error: unexpected: x is not a function\n  a mistake of this program or of the user script; -l 0 shows where it arose\n",
    );
  });
});
