import { describe, expect, it } from "vitest";
import { KnightError } from "../../../../core-ts/errors.ts";
import { fromCaffe } from "../../../../core-ts/frontends/caffe/index.ts";
import { caseNamed, request, weightsOf } from "./fixtures.ts";

const input = (name: string, ...dims: number[]) =>
  `layer { name: "${name}" type: "Input" top: "${name}" input_param { shape { ${dims.map((dim) => `dim: ${dim}`).join(" ")} } } }\n`;
const X = input("x", 1, 4, 6, 6);
const one = (type: string, param = "", bottoms = 'bottom: "x"') =>
  `layer { name: "y" type: "${type}" ${bottoms} top: "y" ${param} }\n`;
const convert = (text: string, weights?: Uint8Array) => fromCaffe(request(text, weights));
const lenet = caseNamed("old-blobs");

async function failure(work: Promise<unknown>): Promise<KnightError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KnightError);
  return error as KnightError;
}

describe("what can't be converted", () => {
  it("is listed at once, with counts and names, also behind what was refused before", async () => {
    const text =
      X +
      'layer { name: "r" type: "ROIPooling" bottom: "x" top: "r" }\n' +
      'layer { name: "p" type: "Pooling" bottom: "r" top: "p" pooling_param { pool: STOCHASTIC kernel_size: 2 } }\n' +
      'layer { name: "s" type: "Slice" bottom: "p" top: "s1" top: "s2" top: "s3" }\n' +
      'layer { name: "q" type: "ROIPooling" bottom: "s1" top: "q" }\n' +
      'layer { name: "c" type: "ReLU" bottom: "q" top: "c" relu_param { negative_slop: 0.1 } }\n';
    const error = await failure(convert(text));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/2 × layer type "ROIPooling": r, q\n/);
    expect(error.message).toMatch(/1 × Pooling with pool STOCHASTIC: p\n/);
    expect(error.message).toMatch(/1 × ReLU with relu_param\.negative_slop: c\n/);
  });

  it.each([
    [
      X + one("Convolution", "convolution_param { axis: 2 num_output: 1 kernel_size: 1 }"),
      /convolution along an axis other than 1/,
    ],
    [
      X +
        'layer { name: "y" type: "Pooling" bottom: "x" top: "y" top: "mask" pooling_param { kernel_size: 2 } }',
      /mask of a Pooling layer as an output: mask/,
    ],
    [
      X + one("Eltwise", "eltwise_param { operation: PROD coeff: 1 coeff: 2 }", 'bottom: "x" bottom: "x"'),
      /Eltwise PROD with coeff/,
    ],
    [
      X + one("Upsample", "upsample_param { scale: 2 }", 'bottom: "x" bottom: "x"'),
      /Upsample by a second bottom that is no mask/,
    ],
    [X + one("Interp", "interp_param { height: 3 width: 3 pad_beg: 1 }"), /Interp with positive padding/],
    [
      X + 'layer { name: "y" type: "ReLU" bottom: "x" top: "y" top: "z" }'.replace("ReLU", "Softmax"),
      /Softmax with 2 tops/,
    ],
    [X + one("ReLU", "relu_parm { negative_slope: 0.1 }"), /ReLU with relu_parm/],
    [X + one("ReLU", "dropout_param { } rellu_param { }"), /ReLU with rellu_param/],
    [X + one("toString"), /layer type "toString"/],
  ])("%s", async (text, message) => {
    expect((await failure(convert(text))).message).toMatch(message);
  });
});

describe("a layer that contradicts itself is refused with its line", () => {
  const two = X + input("a", 1, 2, 6, 6);
  const both = 'bottom: "x" bottom: "a"';
  it.each([
    [
      one("Convolution", "convolution_param { num_output: 3 }"),
      /line 2: Convolution layer "y" has no kernel_size/,
    ],
    [
      one("Convolution", "convolution_param { num_output: 3 kernel_size: 9 }"),
      /has a window larger than its bottom of 6x6/,
    ],
    [
      one("Convolution", "convolution_param { num_output: 3 kernel_size: 1 group: 3 }"),
      /makes 3 channels of 4 in 3 groups/,
    ],
    [
      one("Convolution", "convolution_param { num_output: 3 kernel_h: 3 kernel_size: 1 }"),
      /gives kernel_h or kernel_w beside kernel_size/,
    ],
    [
      one("Convolution", "convolution_param { num_output: 3 kernel_h: 3 }"),
      /gives only one of kernel_h and kernel_w/,
    ],
    [one("Convolution", "convolution_param { num_output: 3 kernel_size: 1 stride: 0 }"), /below 1/],
    [
      one("Convolution", "convolution_param { num_output: 3 kernel_size: [1, 1, 1] }"),
      /3 numbers as kernel_size/,
    ],
    [one("Pooling", "pooling_param { kernel_size: 2 pad: 2 }"), /has padding as wide as its window/],
    [one("Pooling", "pooling_param { kernel_size: 1 stride: 7 }"), /has a window outside of its bottom/],
    [one("InnerProduct", ""), /has no num_output/],
    [one("Reshape", "reshape_param { shape { dim: 5 dim: -1 } }"), /reshapes 1x4x6x6 to 5x-1/],
    [one("Flatten", "flatten_param { axis: 4 }"), /has axis 4, and its bottom's shape is 1x4x6x6/],
    [one("Permute", "permute_param { order: 0 order: 7 }"), /orders axes 0,7/],
    [one("Tile", ""), /has no tiles/],
    [one("Slice", "slice_param { slice_point: 1 }"), /cuts 4 into 1 tops at 1 points/],
    [one("LRN", "lrn_param { local_size: 4 }"), /has local_size 4/],
    [one("ShuffleChannel", "shuffle_channel_param { group: 3 }"), /shuffles 4 channels in 3 groups/],
    [one("Reorg", "reorg_param { stride: 4 }"), /has stride 4/],
    [one("Exp", "exp_param { base: 0 }"), /has base 0/],
    [one("Log", "log_param { base: 1 }"), /has base 1/],
    [one("Crop"), /has 1 bottoms, expected at least 2/],
    [one("LSTM", "recurrent_param { num_output: 2 }"), /has 1 bottoms and num_output 2/],
    [one("Clip"), /lacks min or max/],
    [one("Interp", "interp_param { shrink_factor: 0 }"), /needs sizes 1, 4, Infinity, Infinity/],
    [one("Interp", "interp_param { height: 0 width: 2 }"), /makes a blob of shape 1x4x0x2/],
    [one("PriorBox", "prior_box_param { min_size: 2 }"), /has no img_size/],
  ])("%s", async (text, message) => {
    const error = await failure(convert(X + text));
    expect(error.code).toBe("MODEL");
    expect(error.message).toMatch(message);
  });

  it.each([
    [one("Eltwise", "", both), /line 3: Eltwise layer "y" joins shapes 1x4x6x6 and 1x2x6x6/],
    [one("Concat", "concat_param { axis: 2 }", both), /joins shapes 1x4x6x6 and 1x2x6x6 along axis 2/],
    [one("Crop", "crop_param { axis: 2 offset: 1 }", both), /cuts 1x2x6x6 at 1, 1 out of 1x4x6x6/],
    [one("Scale", "scale_param { axis: 0 }", both), /applies shape 1x2x6x6 to 1x4x6x6/],
  ])("%s", async (text, message) => {
    expect((await failure(convert(two + text))).message).toMatch(message);
  });
});

describe("weights that do not fit", () => {
  const weights = weightsOf(lenet);
  it.each([
    ["missing", lenet.prototxt, undefined, /layer "conv1" needs weights, and there is no -w/],
    ["empty", lenet.prototxt, new Uint8Array(0), /there is no -w/],
    [
      "cut off",
      lenet.prototxt,
      weights.subarray(0, weights.length - 5),
      /net.caffemodel is no caffemodel, or it is cut off or damaged/,
    ],
    [
      "of another kind",
      lenet.prototxt,
      new TextEncoder().encode("name: 'net'"),
      /net.caffemodel (is no caffemodel|holds no layers)/,
    ],
    [
      "under another name",
      lenet.prototxt.replaceAll("ip1", "ip9"),
      weights,
      /layer "ip9" .* none under that name: it has weights for 3 layers, the nearest name is "ip/,
    ],
    [
      "of another size",
      lenet.prototxt.replace("num_output: 4", "num_output: 5"),
      weights,
      /has a blob 0 of shape 4x1x5x5, expected 5x1x5x5/,
    ],
    [
      "too few",
      lenet.prototxt
        .replace("num_output: 6", "num_output: 6 bias_term: false")
        .replace("kernel_size: 5", "kernel_size: 4"),
      weights,
      /shape 4x1x5x5, expected 4x1x4x4/,
    ],
  ])("%s: an error that says so", async (_, text, bytes, message) => {
    const error = await failure(convert(text, bytes));
    expect(error.code).toBe("MODEL");
    expect(error.message).toMatch(message);
  });

  it("a blob whose numbers are not as many as its shape says", async () => {
    // The first dim of the first blob, 4 filters, becomes 3.
    const broken = weights.slice();
    const at = broken.findIndex((byte, i) => byte === 8 && broken[i + 1] === 4 && broken[i + 2] === 16);
    broken[at + 1] = 3;
    const error = await failure(convert(lenet.prototxt, broken));
    expect(error.message).toMatch(
      /blob 0 of layer "conv1" says its shape is 3x1x5x5, which is 75 numbers, and holds 100/,
    );
  });
});
