import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DEFAULT_CHIP, FAMILIES, findChip, requireBitWidth } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";

/** Names from the manual and from the vendor's public FAQ (spec/facts.md, "Chips"); `x` is a letter or nothing. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  TX510x: ["TX5105C", "TX5101C", "TX5101D", "TX5101E", "TX5103C", "TX5105CV200", "TX5100"],
  TX5336x_TX5256x: ["TX5336AV200", "TX5256AV200", "TX5336", "TX5256BV200"],
  TX5368x_TX5339x_TX5335x: ["TX5368AV200", "TX5339AV200", "TX5335AV200", "TX5368", "TX5368V200"],
  TX5215x_TX5239x200_TX5239x220_TX5239x300: [
    ...["TX5215CV200", "TX5215DV200", "TX5215DV300", "TX5239DV200", "TX5239CV220", "TX5239V300"],
  ],
  TX5112x_TX5239x201: ["TX5112CV201", "TX5239CV201", "TX5239V201"],
  generic: ["generic", "Generic", "GENERIC"],
};

const CASES = Object.entries(NAMES).flatMap(([family, names]) =>
  names.map((name) => [name, family] as const),
);

describe("findChip", () => {
  it.each(CASES)("%s is of family %s", (name, family) => {
    const chip = findChip(name);
    expect([chip.family, chip.name]).toEqual([family, name]);
  });

  it.each(CASES)("%s belongs to one family only", (name) => {
    expect(FAMILIES.filter(({ names }) => names.test(name) || names.test(name.toUpperCase()))).toHaveLength(
      1,
    );
  });

  it("does not mind case or spaces around the name", () => {
    expect(findChip(" tx5239cv201 ").family).toBe("TX5112x_TX5239x201");
  });

  it.each([
    "",
    "TX",
    "TX5239C",
    "TX5239CV400",
    "TX5999AV200",
    "TX5368AV200x",
    "xTX5368AV200",
    "TX5368AAV200",
    "genericV2",
  ])("refuses %o and lists what there is", (name) => {
    const finding = () => findChip(name);
    expect(finding).toThrow(ConfigError);
    expect(finding).toThrow(`unknown chip "${name}"`);
    for (const { family, example } of FAMILIES) expect(finding).toThrow(`${family} (for example ${example})`);
  });

  it("knows the default chip and each family's example", () => {
    expect(findChip(DEFAULT_CHIP).family).toBe("TX5368x_TX5339x_TX5335x");
    for (const { family, example } of FAMILIES) expect(findChip(example).family).toBe(family);
  });

  it("gives a record that can't be changed", () => expect(Object.isFrozen(findChip("generic"))).toBe(true));
});

describe("what families can do", () => {
  const able = (name: string) => {
    const { bitWidths, mixedPrecision, unsignedActivations } = findChip(name);
    return { bitWidths, mixedPrecision, unsignedActivations };
  };

  it("TX510x has 8 bit only, no mixing; the other TX chips have both", () => {
    expect(able("TX5105C")).toEqual({ bitWidths: [8], mixedPrecision: false, unsignedActivations: false });
    for (const name of ["TX5336AV200", "TX5368AV200", "TX5215CV200", "TX5112CV201"])
      expect(able(name)).toEqual({ bitWidths: [8, 16], mixedPrecision: true, unsignedActivations: false });
  });

  it("generic stores what can't be negative unsigned", () => {
    expect(able("generic")).toEqual({ bitWidths: [8, 16], mixedPrecision: true, unsignedActivations: true });
  });

  it("a width the chip lacks is refused with what to give instead", () => {
    expect(() => requireBitWidth(findChip("TX5105C"), 16)).toThrow(
      /TX5105C \(TX510x\) has no 16-bit arithmetic, only 8 bit; give -b 8 or another --chip/,
    );
    requireBitWidth(findChip("TX5105C"), 8);
    requireBitWidth(findChip("generic"), 16);
  });
});

const manual = fileURLToPath(new URL("../../../../shared/seed/quant-user-guide.zh.rst", import.meta.url));

describe("the manual", () => {
  it.skipIf(!existsSync(manual))("names no chip that is unknown here (skipped without ../shared)", () => {
    const names = new Set(readFileSync(manual, "utf8").match(/\bTX5\d{3}[A-Z]?V\d{3}\b/g));
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) findChip(name);
  });
});
