import type { Node } from "../graph/graph.ts";

const BRANCHES = "which ops run is decided by the data";
const LOOP = "its body runs as often as the data say, on values that no scale is known for";
const COUNTED = "how many elements it returns depends on the data, so nothing behind it has a known shape";
const POWERS = "it takes powers and roots of sums, which have no integer form here";
const SEQUENCE = "it handles a sequence of tensors that is put together at run time";

/** Why these ops stay float; what exporters write most often among those that have no record. */
export const FLOAT_REASONS: Readonly<Record<string, string>> = {
  Cast: "types change outside of the integer graph only",
  Compress: COUNTED,
  ConcatFromSequence: SEQUENCE,
  Einsum: "its equation takes a diagonal or repeats an axis, which is no product of matrices",
  GlobalLpPool: POWERS,
  GridSample: "every output element reads at a place computed at run time, with a fraction of its own",
  If: BRANCHES,
  Loop: LOOP,
  LpPool: POWERS,
  NonMaxSuppression: "it compares boxes one after another and returns as many as the data leave",
  NonZero: COUNTED,
  ReduceLogSum: "a logarithm of sums has no integer form here; as ReduceSum and Log it has",
  ReduceLogSumExp: "sums of exponentials span more powers of two than one scale holds",
  ReduceProd: "a product of many values spans more powers of two than one scale holds",
  RoiAlign: "it samples each region at places computed at run time",
  MaxRoiPool: "it pools each region over bounds computed at run time",
  Scan: LOOP,
  SequenceAt: SEQUENCE,
  SequenceConstruct: SEQUENCE,
  SequenceInsert: SEQUENCE,
  SplitToSequence: SEQUENCE,
  Unique: COUNTED,
};

/** Sentence for a node whose op has no record. */
export function floatOnly({ op, domain }: Node): string {
  const title = `${domain ? `${domain}.` : ""}${op} has no integer form`;
  return domain === "" && Object.hasOwn(FLOAT_REASONS, op) ? `${title}: ${FLOAT_REASONS[op]}` : title;
}
