import { describe, expect, it } from "vitest";
import { checkFeeds } from "../../../core-ts/calibrate/check-feeds.ts";
import { DataError } from "../../../core-ts/errors.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { value } from "../../support/build-model.ts";

const check = (t: Tensor) => () => checkFeeds(new Map([["x", t]]), [value("x", [1, 3])]);

describe("data are refused before a runtime sees them", () => {
  it.each<[string, Tensor, string]>([
    [
      "another length",
      tensor("float32", [1, 4], new Float32Array(4)),
      "has shape [1, 4], the model takes [1, 3]",
    ],
    ["another rank", tensor("float32", [3], new Float32Array(3)), "has shape [3], the model takes [1, 3]"],
    ["another type", tensor("float64", [1, 3], new Float64Array(3)), "is float64, the model takes float32"],
  ])("%s", (_, t, sentence) => {
    expect(check(t)).toThrow(DataError);
    expect(check(t)).toThrow(`input "x" ${sentence}`);
  });

  it("and pass when they fit, or when there is nothing to compare with", () => {
    expect(check(tensor("float32", [1, 3], new Float32Array(3)))).not.toThrow();
    expect(() => checkFeeds(new Map(), [value("x", [1, 3])])).not.toThrow();
    expect(() =>
      checkFeeds(new Map([["x", tensor("float32", [2], new Float32Array(2))]]), [value("x")]),
    ).not.toThrow();
  });
});
