import type { Observer } from "./observer.ts";
import { rangeBySearch } from "./search.ts";

/**
 * TensorRT's entropy calibration (S. Migacz, "8-bit Inference with TensorRT", GTC 2017): the threshold whose quantized distribution
 * loses the least information about the reference, in which the outliers are added to the last bin. The kernel's file, core-as/kl.ts, has
 * the formula. As in NVIDIA's own calibrator (pytorch-quantization, calib/histogram.py), bin 0 counts as much as bin 1: the zeros that a
 * Relu piles up there would otherwise decide alone. At 16 bit the grid has more levels than the histogram has bins, so that no threshold
 * loses what the histogram can tell: the answer is the largest magnitude.
 */
export const klObserver: Observer = {
  range: (stats, target, { kernels }) =>
    rangeBySearch(stats, target, ({ bins, levels }) => {
      const level = bins.slice();
      if (level.length > 1) level[0] = level[1]!;
      return kernels.searchKl({ bins: level, levels });
    }),
};
