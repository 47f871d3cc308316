import type { StoredError } from "../../../../conformance/case-file.ts";
import { errorCase } from "./error-case.ts";

const QID = "-qid/--quantize-input-dtype";

/** Options that must be refused: CONFIG, and the option as its place. */
export function badOptions(): StoredError[] {
  return [
    errorCase({
      title: "a chip that is not there",
      options: { chip: "TX9999" },
      code: "CONFIG",
      where: { option: "--chip" },
      says: ['"TX9999"', "TX5368"],
    }),
    errorCase({
      title: "16 bit on a chip of 8",
      options: { chip: "TX5105C", bits: 16 },
      code: "CONFIG",
      where: { option: "--bit-width" },
      says: ["TX5105C", "16", "8"],
    }),
    errorCase({
      title: "--mean without --std",
      options: { mean: [1] },
      code: "CONFIG",
      where: { option: "--mean" },
      says: ["--mean", "--std"],
    }),
    errorCase({
      title: "a --std of 0",
      options: { mean: [0], std: [0] },
      code: "CONFIG",
      where: { option: "--std" },
      says: ["--std", "0"],
    }),
    errorCase({
      title: "two means for three channels",
      options: { mean: [1, 2], std: [1] },
      code: "CONFIG",
      where: { option: "--mean", value: "x" },
      says: ["2", '"x"', "3"],
    }),
    errorCase({
      title: "two types for one input",
      options: { inputTypes: ["uint8", "int8"] },
      code: "CONFIG",
      where: { option: QID },
      says: ["2", "1", '"x"'],
    }),
    errorCase({
      title: "int16 data for an 8-bit model",
      options: { inputTypes: ["int16"] },
      code: "CONFIG",
      where: { value: "x" },
      says: ['"x"', "int16", "8 bit"],
    }),
    errorCase({
      title: "an output that the model does not have",
      options: { outputNames: ["node_q"] },
      code: "CONFIG",
      where: { value: "node_q" },
      says: ['"node_q"'],
    }),
    errorCase({
      title: "an input as an output",
      options: { outputNames: ["x"] },
      code: "CONFIG",
      where: { value: "x" },
      says: ['"x"'],
    }),
  ];
}
