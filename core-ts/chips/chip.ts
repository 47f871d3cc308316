/** Bit widths a value can have. */
export type BitWidth = 8 | 16;

/** What a chip family can do; a frozen record, no behaviour. */
export interface ChipFamily {
  readonly family: string;
  /** One known model name, for help texts. */
  readonly example: string;
  /** Which model names belong to the family. */
  readonly names: RegExp;
  readonly bitWidths: readonly BitWidth[];
  readonly mixedPrecision: boolean;
  /** Values that can't be negative are stored unsigned (spec/fixed-point-ir.md, section 2). */
  readonly unsignedActivations: boolean;
}

/** A family under the model name the user gave. */
export interface Chip extends ChipFamily {
  readonly name: string;
}
