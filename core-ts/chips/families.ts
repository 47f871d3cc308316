import type { ChipFamily } from "./chip.ts";

const BOTH = [8, 16] as const;

/**
 * The families of the manual's table 量化工具支持范围 and of spec/facts.md. In a family name `x` stands for a letter or nothing;
 * the version digits (V200, V201, ...) tell families apart.
 */
export const FAMILIES: readonly ChipFamily[] = [
  {
    family: "TX510x",
    example: "TX5105C",
    names: /^TX510\d[A-Z]?(V\d+)?$/,
    bitWidths: [8],
    mixedPrecision: false,
    unsignedActivations: false,
  },
  {
    family: "TX5336x_TX5256x",
    example: "TX5336AV200",
    names: /^TX(5336|5256)[A-Z]?(V\d+)?$/,
    bitWidths: BOTH,
    mixedPrecision: true,
    unsignedActivations: false,
  },
  {
    family: "TX5368x_TX5339x_TX5335x",
    example: "TX5368AV200",
    names: /^TX(5368|5339|5335)[A-Z]?(V\d+)?$/,
    bitWidths: BOTH,
    mixedPrecision: true,
    unsignedActivations: false,
  },
  {
    family: "TX5215x_TX5239x200_TX5239x220_TX5239x300",
    example: "TX5215CV200",
    names: /^(TX5215[A-Z]?(V\d+)?|TX5239[A-Z]?V(200|220|300))$/,
    bitWidths: BOTH,
    mixedPrecision: true,
    unsignedActivations: false,
  },
  {
    family: "TX5112x_TX5239x201",
    example: "TX5112CV201",
    names: /^(TX5112[A-Z]?(V\d+)?|TX5239[A-Z]?V201)$/,
    bitWidths: BOTH,
    mixedPrecision: true,
    unsignedActivations: false,
  },
  {
    family: "generic",
    example: "generic",
    names: /^generic$/i,
    bitWidths: BOTH,
    mixedPrecision: true,
    unsignedActivations: true,
  },
];

/** Chip of the manual's examples; the default when none is given. */
export const DEFAULT_CHIP = "TX5368AV200";
