import { ConfigError } from "../errors.ts";
import type { BitWidth, Chip } from "./chip.ts";
import { FAMILIES } from "./families.ts";

export type { BitWidth, Chip, ChipFamily } from "./chip.ts";
export { DEFAULT_CHIP, FAMILIES } from "./families.ts";

/** @throws ConfigError that lists the families when the name belongs to none. */
export function findChip(name: string): Chip {
  const found = FAMILIES.find(
    (family) => family.names.test(name.trim().toUpperCase()) || family.names.test(name.trim()),
  );
  if (found) return Object.freeze({ ...found, name: name.trim() });
  const known = FAMILIES.map((family) => `${family.family} (for example ${family.example})`).join(", ");
  throw new ConfigError(`unknown chip "${name}"; known families: ${known}`, { option: "--chip" });
}

/** @throws ConfigError when the chip has no arithmetic of that width. */
export function requireBitWidth(chip: Chip, bits: BitWidth): void {
  if (chip.bitWidths.includes(bits)) return;
  throw new ConfigError(
    `chip ${chip.name} (${chip.family}) has no ${bits}-bit arithmetic, only ${chip.bitWidths.join(" and ")} bit; give -b ${chip.bitWidths[0]} or another --chip`,
    { option: "--bit-width" },
  );
}
