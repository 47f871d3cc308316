import type { StoredError } from "../../../../conformance/case-file.ts";
import type { OnnxText } from "../onnx-text.ts";
import { errorCase, filled, GOOD_DATA, SOUND } from "./error-case.ts";

const IMAGE = [1, 3, 4, 4];

const TWO_INPUTS: OnnxText = {
  inputs: { a: ["batch", 4], b: ["batch", 4] },
  nodes: [["y", "Add", "a b"]],
  outputs: "y",
};

/** Data that must be refused: DATA, and the tensor as its place. */
export function badData(): StoredError[] {
  return [
    errorCase({
      title: "NaN in the second batch",
      data: [GOOD_DATA, { x: filled(IMAGE, [1, 2, 3, Number.NaN, 5, 6, 7]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "NaN", "sample 2"],
    }),
    errorCase({
      title: "an infinite value",
      data: [{ x: filled(IMAGE, [1, 2, Number.NEGATIVE_INFINITY, 5, 6, 7, 8]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "infinite"],
    }),
    errorCase({
      title: "an infinite value that the model makes",
      model: {
        inputs: { x: [1, 4] },
        constants: { m: filled([4, 2], [3e38]) },
        nodes: [["y", "Gemm", "x m"]],
        outputs: "y",
      },
      data: [{ x: filled([1, 4], [2]) }],
      code: "DATA",
      where: { value: "y" },
      says: ['"y"', "infinite", "model"],
    }),
    errorCase({
      title: "NaN in a weight",
      model: { ...SOUND, constants: { ...SOUND.constants, m: filled([8, 5], [1, 2, Number.NaN]) } },
      code: "DATA",
      says: ["NaN"],
    }),
    errorCase({
      title: "no data at all",
      data: [],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "no calibration data"],
    }),
    errorCase({
      title: "a wrong shape",
      data: [{ x: filled([1, 3, 5, 4], [1, -1]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "5"],
    }),
    errorCase({
      title: "a wrong number of dimensions",
      data: [{ x: filled([48], [1, -1]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "48"],
    }),
    errorCase({
      title: "a wrong element type",
      data: [{ x: { dtype: "float64", dims: IMAGE, data: new Float64Array(48) } }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "float64"],
    }),
    errorCase({
      title: "data for another input",
      data: [{ image: filled(IMAGE, [1, -1]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', '"image"'],
    }),
    errorCase({
      title: "an empty batch",
      model: TWO_INPUTS,
      data: [{ a: filled([0, 4], [1]), b: filled([0, 4], [1]) }],
      code: "DATA",
      says: ["empty"],
    }),
    errorCase({
      title: "two inputs with different numbers of samples",
      model: TWO_INPUTS,
      data: [{ a: filled([3, 4], [1]), b: filled([2, 4], [1]) }],
      code: "DATA",
      where: { value: "b" },
      says: ['"a"', '"b"', "3", "2"],
    }),
    errorCase({
      title: "fractions where whole numbers were promised",
      options: { inputTypes: ["uint8"] },
      data: [{ x: filled(IMAGE, [1, 2.5, 3]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "2.5", "uint8"],
    }),
    errorCase({
      title: "whole numbers beyond the promised type",
      options: { inputTypes: ["uint8"] },
      data: [{ x: filled(IMAGE, [0, 255, 256]) }],
      code: "DATA",
      where: { value: "x" },
      says: ['"x"', "256", "255"],
    }),
  ];
}
