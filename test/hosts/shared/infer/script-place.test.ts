import { describe, expect, it } from "vitest";
import { placeInScript } from "../../../../hosts/shared/infer/script-place.ts";

function thrown(stack: string): Error {
  return Object.assign(new Error("x"), { stack: `Error: x\n${stack}` });
}

describe("placeInScript", () => {
  it.each([
    ["    at make (/tmp/my photos/infer.ts:4:28)", "/tmp/my photos/infer.ts:4"],
    [
      "    at make (/tmp/photos/infer.ts:4:28)\n    at fn (/tmp/photos/infer.ts:9:1)",
      "/tmp/photos/infer.ts:4",
    ],
    [
      "    at score (file:///tmp/a/score.ts:1:2)\n    at async fn (file:///tmp/a/infer.ts:7:10)",
      "/tmp/a/infer.ts:7",
    ],
    ["    at file:///tmp/%E7%B2%BE/infer.ts:3:7", "/tmp/精/infer.ts:3"],
    ["    at C:\\photos\\infer.ts:3:7", "C:\\photos\\infer.ts:3"],
    ["    at other (/tmp/my-infer.ts:4:28)", undefined],
    ["", undefined],
  ])("%s", (stack, place) => {
    expect(placeInScript("photos/infer.ts", thrown(stack))).toBe(place);
  });

  it("knows none where nothing is thrown that has a stack, or there is no script", () => {
    expect(placeInScript("infer.ts", "a string")).toBeUndefined();
    expect(placeInScript(undefined, thrown("    at /tmp/infer.ts:1:1"))).toBeUndefined();
  });
});
