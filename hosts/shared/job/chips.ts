import { type ChipFamily, DEFAULT_CHIP, FAMILIES, findChip } from "../../../core-ts/chips/index.ts";

/** A family of chips, for forms and API documents. */
export interface JobChip extends Pick<ChipFamily, "family" | "example" | "bitWidths" | "mixedPrecision"> {
  /** Whether the chip that is taken when none is named belongs to it. */
  readonly isDefault: boolean;
}

/** Every family, in the order of the manual; the option "chip" takes any model name that belongs to one. */
export function listChips(): JobChip[] {
  const byDefault = findChip(DEFAULT_CHIP).family;
  return FAMILIES.map(({ family, example, bitWidths, mixedPrecision }) => ({
    family,
    example,
    bitWidths,
    mixedPrecision,
    isDefault: family === byDefault,
  }));
}
