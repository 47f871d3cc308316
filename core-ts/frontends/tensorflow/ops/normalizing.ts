import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrBool, attrFloat, attrString, type TfNode } from "../node.ts";
import { rankedDims } from "../settle.ts";
import { channelsFirst, Refused, type TensorValue } from "../value.ts";

const isAll = ({ every, known }: TensorValue, value: number): boolean =>
  every === value || known?.every((one) => one === value) === true;

/**
 * Keras writes LayerNormalization of rows as a batch of one image [1, rows, length, 1], whose rows are the channels, normalized with the statistics
 * of that batch, and without scale and offset of its own.
 */
function rows(node: TfNode, inputs: readonly TensorValue[], to: Emitter): TensorValue | undefined {
  const [x, scale, offset] = inputs as [TensorValue, TensorValue, TensorValue];
  const [batch, , length, width] = rankedDims(x, "an image");
  if (attrString(node, "data_format", "NHWC") !== "NCHW" || batch !== 1 || !length || width !== 1)
    return undefined;
  if (!isAll(scale, 1) || !isAll(offset, 0)) return undefined;
  const ones = to.numbers("float32", [length, 1], new Array<number>(length).fill(1), "ones");
  const type = { dtype: x.dtype, dims: x.dims };
  const epsilon = attr.float(attrFloat(node, "epsilon", 1e-4));
  return to.emit("LayerNormalization", [to.plain(x), ones], type, { axis: attr.int(2), epsilon });
}

/** Inputs: x, scale, offset, mean, variance. The further outputs are for training only. */
const batchNormalization: Convert = (node, [x, scale, offset, mean, variance], to) => {
  const { length: rank } = rankedDims(x!, "an image");
  if (attrBool(node, "is_training", true)) {
    const normalized = rows(node, [x!, scale!, offset!], to);
    if (normalized) return normalized;
    throw new Refused(
      "FusedBatchNorm in training mode, with statistics of the batch (freeze the graph for inference)",
    );
  }
  const isLast = attrString(node, "data_format", "NHWC").endsWith("C");
  const order = isLast ? channelsFirst(rank) : undefined;
  const type = { dtype: x!.dtype, dims: x!.dims, ...(order ? { perm: order } : {}) };
  const inputs = [to.arrange(x!, order), scale!, offset!, mean!, variance!];
  return to.emit("BatchNormalization", inputs, type, {
    epsilon: attr.float(attrFloat(node, "epsilon", 1e-4)),
  });
};

export const NORMALIZING: Readonly<Record<string, Convert>> = {
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
};
