import { type ActivationDType, call, make } from "../integers.ts";
import { outputLength, windowOf } from "../ops/conv.ts";
import { hasEmptyWindow } from "../ops/window.ts";
import type { Random } from "../random.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  DTYPES8,
  DTYPES16,
  fed,
  offsetOf,
  requantizers,
  shape,
  stored,
  styleOf,
  wide,
} from "./draw.ts";
import { firstShift, geometry, LARGEST } from "./linear.ts";

/** q1 where the op has it, and the multiplier and shift that go with sums up to `largest`. */
function summed(
  random: Random,
  spec: { x: ActivationDType; largest: number; to: ActivationDType; always?: boolean },
) {
  const q1 = spec.always || wide(spec.x) ? firstShift(random, spec.largest) : 0;
  const parts = requantizers(random, {
    count: 1,
    magnitude: Math.min(spec.largest / 2 ** q1, 2 ** 31),
    to: spec.to,
  });
  return { q1, parts };
}

const maxPool: CaseMaker = (random, i) => {
  const x = DTYPES16[i % 2]!;
  for (;;) {
    const g = geometry(random, random.pick([1, 2, 2]));
    // ONNX Runtime refuses a padding that is not smaller than the kernel.
    const pads = g.pads.map((pad, k) => Math.min(pad, g.kernel[k % g.kernel.length]! - 1));
    const sizes = g.sizes.map((size) => size + 4);
    const data = activation(random, x, {
      dims: [...shape(random, 2, 3), ...sizes],
      style: styleOf(random, i),
    });
    const attrs = {
      kernel_shape: g.kernel,
      strides: g.strides,
      pads,
      dilations: g.dilations,
      ceil_mode: random.int(0, 1),
    };
    if (!hasEmptyWindow(call([data], attrs))) return { inputs: [fed(data)], attrs };
  }
};

/** A multiplier for the whole, or one per output position, as averages that do not count padding need. */
function averagePool(dtypes: readonly ActivationDType[]): CaseMaker {
  return (random, i) => {
    const x = dtypes[i % 2]!;
    const g = geometry(random, random.pick([1, 2, 2]));
    const to = random.pick(wide(x) ? DTYPES16 : DTYPES8);
    const window = { kernel_shape: g.kernel, strides: g.strides, pads: g.pads, dilations: g.dilations };
    const data = activation(random, x, {
      dims: [...shape(random, 2, 3), ...g.sizes],
      style: styleOf(random, i),
    });
    const largest = LARGEST[x] * g.kernel.reduce((a, b) => a * b, 1);
    const { q1, parts } = summed(random, { x, largest, to });
    const attrs = { ...window, ...bounds(random, to), ...(wide(x) ? { x_offset: offsetOf(x), q1 } : {}) };
    if (random.chance(0.5)) return { inputs: [fed(data), ...parts], attrs };
    const axes = windowOf(call([data], window));
    const lengths = g.sizes.map((size, axis) =>
      outputLength(size, axes, g.sizes.length === 1 ? 1 : (axis as 0 | 1)),
    );
    const count = lengths.reduce((a, b) => a * b, 1);
    const positional = make("int16", [1, 1, ...lengths], random.ints(count, 0, 32767));
    return { inputs: [fed(data), stored(positional), parts[1]], attrs };
  };
}

const globalMaxPool: CaseMaker = (random, i) => {
  const data = activation(random, DTYPES[i % 4]!, {
    dims: shape(random, random.int(3, 4)),
    style: styleOf(random, i),
  });
  return { inputs: [fed(data)], attrs: {} };
};

export const WINDOW_CASES: CaseMakers = {
  AveragePool16: averagePool(DTYPES16),
  AveragePool8: averagePool(DTYPES8),
  GlobalMaxPool: globalMaxPool,
  MaxPool16: maxPool,
};
