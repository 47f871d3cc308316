import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import { powerOfTwo } from "../../../power-of-two.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrBool, attrFloat, attrInt, type TfNode } from "../node.ts";
import { rankedDims, wholeNumbers } from "../settle.ts";
import { Refused, type TensorValue } from "../value.ts";
import { likewise } from "./elementwise.ts";

interface Grid {
  readonly scale: number;
  readonly zero: number;
}

interface Levels {
  readonly low: number;
  readonly high: number;
  /** The integer type has levels that the original's grid has not. */
  readonly isNarrower: boolean;
  readonly dtype: "uint8" | "uint16";
}

function levelsOf(node: TfNode): Levels {
  const bits = attrInt(node, "num_bits", 8);
  const isNarrow = attrBool(node, "narrow_range", false);
  if (bits < 2 || bits > 16) throw new Refused(`FakeQuant of ${bits} bits`);
  return {
    low: isNarrow ? 1 : 0,
    high: powerOfTwo(bits) - 1,
    isNarrower: isNarrow || (bits !== 8 && bits !== 16),
    dtype: bits <= 8 ? "uint8" : "uint16",
  };
}

/** The range is moved so that 0 is on the grid (fake_quant_ops_functor.h, Nudge). */
function nudged(min: number, max: number, { low, high }: Levels): Grid {
  const scale = Math.fround(Math.fround(max - min) / (high - low));
  const zero = Math.fround(low - Math.fround(min / scale));
  return { scale, zero: zero < low ? low : zero > high ? high : Math.round(zero) };
}

/** x → (Clip →) QuantizeLinear → DequantizeLinear on the grids of the channels, or on one. */
function quantized(x: TensorValue, grids: readonly Grid[], levels: Levels, to: Emitter): TensorValue {
  const rank = rankedDims(x, "a tensor to quantize").length;
  const isPerChannel = grids.length > 1;
  const axis = x.perm ? x.perm.indexOf(rank - 1) : rank - 1;
  const attrs: Readonly<Record<string, Attribute>> = isPerChannel ? { axis: attr.int(axis) } : {};
  const dims = isPerChannel ? [grids.length] : [];
  const scale = to.numbers(
    "float32",
    dims,
    grids.map((grid) => grid.scale),
    "scale",
  );
  const zero = to.numbers(
    levels.dtype,
    dims,
    grids.map((grid) => grid.zero),
    "zero",
  );
  const limited = levels.isNarrower ? clipped(x, grids, levels, to) : x;
  const integers = to.emit(
    "QuantizeLinear",
    [limited, scale, zero],
    { ...likewise(x), dtype: levels.dtype },
    attrs,
    "quantized",
  );
  return to.emit("DequantizeLinear", [integers, scale, zero], likewise(x), attrs);
}

function clipped(x: TensorValue, grids: readonly Grid[], { low, high }: Levels, to: Emitter): TensorValue {
  const bound = (level: number, part: string) => {
    const values = grids.map(({ scale, zero }) => (level - zero) * scale);
    return to.numbers("float32", values.length > 1 ? [values.length] : [], values, part);
  };
  const above = to.aligned([x, bound(low, "lowest")]);
  const lower = to.emit("Max", above.operands, likewise(x), {}, "above");
  const below = to.aligned([lower, bound(high, "highest")]);
  return to.emit("Min", below.operands, likewise(x), {}, "below");
}

/** Weights are put in order before they are quantized: their consumer finds integers behind DequantizeLinear. */
function fakeQuant(x: TensorValue, grids: readonly Grid[], node: TfNode, to: Emitter): TensorValue {
  const levels = levelsOf(node);
  const result = quantized(x, grids, levels, to);
  if (!to.constantOf(x)) return result;
  const { name } = node;
  return {
    ...result,
    remade: (perm) => {
      const before = to.at;
      to.at = name;
      const made = quantized(to.arrange(x, perm), grids, levels, to);
      to.at = before;
      return made;
    },
  };
}

const args: Convert = (node, [x], to) => {
  const grid = nudged(attrFloat(node, "min", -6), attrFloat(node, "max", 6), levelsOf(node));
  return fakeQuant(x!, [grid], node, to);
};

const vars: Convert = (node, [x, min, max], to) => {
  const [lows, highs] = [
    wholeNumbers(min, "a range of FakeQuant"),
    wholeNumbers(max, "a range of FakeQuant"),
  ];
  const levels = levelsOf(node);
  return fakeQuant(
    x!,
    lows.map((low, i) => nudged(low, highs[i]!, levels)),
    node,
    to,
  );
};

export const FAKE_QUANT: Readonly<Record<string, Convert>> = {
  FakeQuantWithMinMaxArgs: args,
  FakeQuantWithMinMaxVars: vars,
  FakeQuantWithMinMaxVarsPerChannel: vars,
};
