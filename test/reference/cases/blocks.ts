import { make } from "../integers.ts";
import {
  activation,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  DTYPES16,
  fed,
  shape,
  stored,
  styleOf,
} from "./draw.ts";

const depthToSpace: CaseMaker = (random, i) => {
  const blocksize = random.int(1, 3);
  const [n, channels, height, width] = shape(random, 4, 3);
  const dims = [n!, channels! * blocksize ** 2, height!, width!];
  const data = activation(random, DTYPES16[i % 2]!, { dims, style: styleOf(random, i) });
  return { inputs: [fed(data)], attrs: { blocksize, mode: ["DCR", "CRD"][(i >> 1) % 2]! } };
};

const spaceToDepth: CaseMaker = (random, i) => {
  const blocksize = random.int(1, 3);
  const [n, channels, height, width] = shape(random, 4, 3);
  const dims = [n!, channels!, height! * blocksize, width! * blocksize];
  const data = activation(random, DTYPES16[i % 2]!, { dims, style: styleOf(random, i) });
  return { inputs: [fed(data)], attrs: { blocksize } };
};

const trilu: CaseMaker = (random, i) => {
  const dims = shape(random, random.int(2, 4));
  const data = activation(random, DTYPES[i % 4]!, { dims, style: styleOf(random, i) });
  return { inputs: [fed(data), stored(make("int64", [], [random.int(-3, 3)]))], attrs: { upper: i & 1 } };
};

const oneHot: CaseMaker = (random, i) => {
  const depth = random.int(1, 5);
  const dims = shape(random, random.int(1, 3), 3);
  const count = dims.reduce((a, b) => a * b, 1);
  const indices = make(random.pick(["int32", "int64"] as const), dims, random.ints(count, -depth, depth - 1));
  const values = activation(random, DTYPES[i % 4]!, { dims: [2], style: "mixed" });
  const inputs = [fed(indices), stored(make("int64", [], [depth])), stored(values)];
  return { inputs, attrs: { axis: random.int(-dims.length - 1, dims.length) } };
};

/** Movement through functions of its own. */
export const BLOCK_CASES: CaseMakers = {
  DepthToSpace16: depthToSpace,
  OneHot: oneHot,
  SpaceToDepth16: spaceToDepth,
  Trilu: trilu,
};
