import { describe, expect, it } from "vitest";
import { FAMILIES } from "../../../../core-ts/chips/index.ts";
import { knight } from "../../../support/command.ts";

describe("Knight chips", () => {
  it("lists every family of the manual, with what each can do", async () => {
    const { code, out } = await knight(["chips"]);
    expect(code).toBe(0);
    for (const { family, example } of FAMILIES) {
      expect(out).toContain(family);
      expect(out).toContain(example);
    }
    expect(out).toMatch(/TX510x\s+│ TX5105C\s+│ 8\s+│ no\s+│ no/);
    expect(out).toMatch(/generic\s+│ generic\s+│ 8, 16\s+│ yes\s+│ yes/);
  });

  it("gives the same as JSON", async () => {
    const { out } = await knight(["chips", "--json"]);
    const list = JSON.parse(out) as { family: string; bitWidths: number[]; isDefault: boolean }[];
    expect(list.map(({ family }) => family)).toEqual(FAMILIES.map(({ family }) => family));
    expect(list[0]).toMatchObject({ family: "TX510x", bitWidths: [8] });
    expect(list.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  it("refuses what it does not know", async () => {
    const { code, err } = await knight(["chips", "--jsno"]);
    expect(code).toBe(2);
    expect(err).toContain('unknown "--jsno"; did you mean --json?');
  });
});
