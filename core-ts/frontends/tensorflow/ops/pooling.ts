import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import { attrFloat, attrInt } from "../node.ts";
import { rankedDims, wholeNumbers } from "../settle.ts";
import { channelsFirst } from "../value.ts";
import { channelAxis, imageDims, imageOrder, slide, spatialAxes, windowOf } from "../window.ts";
import { likewise } from "./elementwise.ts";

const pool =
  (op: "MaxPool" | "AveragePool"): Convert =>
  (node, [x, ksize, strides], to) => {
    const { length: rank } = rankedDims(x!, "an image");
    const plain = windowOf(node, rank);
    const axes = spatialAxes(plain);
    // MaxPoolV2 takes kernel and strides as inputs.
    const given = (value: typeof ksize, what: string) => {
      const all = wholeNumbers(value, what);
      return axes.map((axis) => all[axis]!);
    };
    const window = ksize
      ? { ...plain, kernel: given(ksize, "a kernel"), strides: given(strides, "strides") }
      : plain;
    const order = imageOrder(window);
    const { attrs, sizes } = slide(window, x!);
    const dims = imageDims(window, x!.dims![0]!, x!.dims![channelAxis(window)]!, sizes);
    const type = { dtype: x!.dtype, dims, ...(order ? { perm: order } : {}) };
    return to.emit(op, [to.arrange(x!, order)], type, attrs);
  };

/** sqr_sum = Σ over depth_radius on both sides; x / (bias + alpha · sqr_sum)^beta. ONNX divides alpha by the size. */
const lrn: Convert = (node, [x], to) => {
  const { length: rank } = rankedDims(x!, "an image");
  const order = channelsFirst(rank);
  const size = 2 * attrInt(node, "depth_radius", 5) + 1;
  const type = { dtype: x!.dtype, dims: x!.dims, perm: order };
  return to.emit("LRN", [to.arrange(x!, order)], type, {
    size: attr.int(size),
    alpha: attr.float(attrFloat(node, "alpha", 1) * size),
    beta: attr.float(attrFloat(node, "beta", 0.5)),
    bias: attr.float(attrFloat(node, "bias", 1)),
  });
};

const softmax =
  (op: string): Convert =>
  (_, [x], to) => {
    const { length: rank } = rankedDims(x!, "logits");
    const axis = x!.perm ? x!.perm.indexOf(rank - 1) : rank - 1;
    return to.emit(op, [x!], likewise(x!), { axis: attr.int(axis) });
  };

export const POOLING: Readonly<Record<string, Convert>> = {
  AvgPool: pool("AveragePool"),
  AvgPool3D: pool("AveragePool"),
  LogSoftmax: softmax("LogSoftmax"),
  LRN: lrn,
  MaxPool: pool("MaxPool"),
  MaxPool3D: pool("MaxPool"),
  MaxPoolV2: pool("MaxPool"),
  Softmax: softmax("Softmax"),
};
