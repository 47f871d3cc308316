import { describe, expect, it } from "vitest";
import { DEFAULT_CHIP, findChip } from "../../../../core-ts/chips/index.ts";
import { jobOptions, listChips } from "../../../../hosts/shared/job/index.ts";

describe("listChips", () => {
  it("has every family once, under names that the option takes", () => {
    const chips = listChips();
    expect(new Set(chips.map(({ family }) => family)).size).toBe(chips.length);
    for (const { example, family, bitWidths } of chips)
      expect(findChip(example)).toMatchObject({ family, bitWidths });
  });

  it("marks the family of the chip that is taken when none is named", () => {
    const marked = listChips().filter(({ isDefault }) => isDefault);
    expect(marked.map(({ family }) => family)).toEqual([findChip(DEFAULT_CHIP).family]);
    expect(jobOptions().find(({ long }) => long === "chip")!.fallback).toBe(DEFAULT_CHIP);
  });
});
