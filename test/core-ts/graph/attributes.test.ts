import { describe, expect, it } from "vitest";
import { ModelError } from "../../../core-ts/errors.ts";
import { attr, floatAttr, intAttr, intsAttr, stringAttr } from "../../../core-ts/graph/attributes.ts";
import { node } from "../../support/build-model.ts";

const one = node("Conv x -> y", {
  int: attr.int(3),
  ints: attr.ints([1, 2]),
  float: attr.float(0.5),
  string: attr.string("SAME"),
});

describe("attribute accessors", () => {
  it("give the value", () => {
    expect(intAttr(one, "int", 0)).toBe(3);
    expect(intsAttr(one, "ints", [])).toEqual([1, 2]);
    expect(floatAttr(one, "float", 0)).toBe(0.5);
    expect(stringAttr(one, "string", "")).toBe("SAME");
  });

  it("give the fallback when the node has none", () => {
    expect(intAttr(one, "none", 7)).toBe(7);
    expect(intsAttr(one, "none", undefined)).toBeUndefined();
    expect(floatAttr(one, "none", -1)).toBe(-1);
    expect(stringAttr(one, "none", "NOTSET")).toBe("NOTSET");
  });

  it.each<[string, () => unknown, string, string]>([
    ["int", () => intAttr(one, "float", 0), "float", "int"],
    ["ints", () => intsAttr(one, "int", []), "int", "ints"],
    ["float", () => floatAttr(one, "int", 0), "int", "float"],
    ["string", () => stringAttr(one, "ints", ""), "ints", "string"],
  ])("refuse another kind than %s, naming node and attribute", (_, read, found, expected) => {
    expect(read).toThrow(ModelError);
    expect(read).toThrow(
      `attribute "${found}" of Conv node "y" is of kind ${found}, expected ${expected}; re-export the model`,
    );
  });
});
