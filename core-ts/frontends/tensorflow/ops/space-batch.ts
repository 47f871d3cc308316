import type { Convert } from "../convert.ts";
import { rankedDims, wholeNumbers } from "../settle.ts";
import { Refused } from "../value.ts";
import { likewise } from "./elementwise.ts";
import { reshape } from "./reshape.ts";

/** Pads, cuts every axis into blocks and puts what stands in one place of the blocks into one picture. */
const spaceToBatch: Convert = (_, [x, block, paddings], to) => {
  const dims = rankedDims(x!, "an image");
  const steps = wholeNumbers(block, "a block size");
  const pads = wholeNumbers(paddings, "paddings");
  const sizes = steps.map((_, i) => dims[i + 1]);
  if (sizes.some((size) => size === null)) throw new Refused("SpaceToBatchND of an image of unknown size");
  const rest = dims.slice(1 + steps.length);
  const n = steps.length;
  const none = rest.map(() => 0);
  const lying = to.ints(
    [0, ...steps.map((_, i) => pads[2 * i]!), ...none, 0, ...steps.map((_, i) => pads[2 * i + 1]!), ...none],
    "pads",
  );
  const whole = sizes.map((size, i) => size! + pads[2 * i]! + pads[2 * i + 1]!);
  const padded = to.emit(
    "Pad",
    [to.plain(x!), lying],
    { dtype: x!.dtype, dims: [dims[0]!, ...whole, ...rest] },
    {},
    "padded",
  );
  const cut = reshape(
    padded,
    [dims[0]!, ...steps.flatMap((step, i) => [whole[i]! / step, step]), ...rest],
    to,
    "blocks",
  );
  const order = [
    ...steps.map((_, i) => 2 * i + 2),
    0,
    ...steps.map((_, i) => 2 * i + 1),
    ...rest.map((_, i) => 2 * n + 1 + i),
  ];
  const moved = to.plain(to.relabel(cut, order));
  const batch = dims[0] === null ? null : dims[0]! * steps.reduce((a, b) => a * b, 1);
  return reshape(moved, [batch, ...steps.map((step, i) => whole[i]! / step), ...rest], to);
};

const batchToSpace: Convert = (_, [x, block, crops], to) => {
  const dims = rankedDims(x!, "an image");
  const steps = wholeNumbers(block, "a block size");
  const cuts = wholeNumbers(crops, "crops");
  const n = steps.length;
  const rest = dims.slice(1 + n);
  const product = steps.reduce((a, b) => a * b, 1);
  const batch = dims[0] === null ? null : dims[0]! / product;
  if (dims.slice(1, 1 + n).some((size) => size === null))
    throw new Refused("BatchToSpaceND of an image of unknown size");
  const split = reshape(to.plain(x!), [...steps, batch, ...dims.slice(1)], to, "blocks");
  const order = [n, ...steps.flatMap((_, i) => [n + 1 + i, i]), ...rest.map((_, i) => 2 * n + 1 + i)];
  const whole = steps.map((step, i) => step * dims[i + 1]!);
  const joined = reshape(to.plain(to.relabel(split, order)), [batch, ...whole, ...rest], to, "joined");
  const type = {
    ...likewise(joined),
    dims: [batch, ...whole.map((size, i) => size - cuts[2 * i]! - cuts[2 * i + 1]!), ...rest],
  };
  return to.emit(
    "Slice",
    [
      joined,
      to.ints(
        steps.map((_, i) => cuts[2 * i]!),
        "starts",
      ),
      to.ints(
        whole.map((size, i) => size - cuts[2 * i + 1]!),
        "ends",
      ),
      to.ints(
        steps.map((_, i) => i + 1),
        "axes",
      ),
    ],
    type,
  );
};

export const SPACE_BATCH: Readonly<Record<string, Convert>> = {
  BatchToSpaceND: batchToSpace,
  SpaceToBatchND: spaceToBatch,
};
