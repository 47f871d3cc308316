// `npm start`: quantizes the network of examples/digits on its calibration images, then measures the float and the
// quantized network on images neither training nor calibration has seen.
import { join } from "node:path";
import { ROOT, runNode } from "./setup.mjs";

const KNIGHT = join("dist", "hosts", "node", "main.js");
const DEMO = "examples/digits";
const OUTPUT = "TS-KnightOutput/digits";
const SCRIPT = ["-uds", `${DEMO}/infer_digits.ts`, "-if", "infer_digits"];

function knight(sentence, args) {
  process.stdout.write(`\n${sentence}\n$ Knight ${args.join(" ")}\n`);
  return runNode(join(ROOT, KNIGHT), args);
}

/** The steps of the demo; `args` go to the quantization. */
function steps(args) {
  const test = ["-r", "infer", ...SCRIPT, "-d", `${DEMO}/test_images.npy`, "-bs", "1", "-i", "500"];
  return [
    [
      "1. Quantize the network, calibrating on 256 images:",
      ["quant", "-m", `${DEMO}/digits.onnx`, ...SCRIPT, "-d", `${DEMO}/calibration.npy`].concat(
        ["-bs", "32", "-i", "8", "--save-dir", OUTPUT],
        args,
      ),
    ],
    [
      "2. The float network on 500 images it has never seen:",
      ["quant", "-m", `${DEMO}/digits.onnx`, ...test],
    ],
    [
      "3. The quantized network on the same images:",
      ["quant", "-m", `${OUTPUT}/digits_quantize.onnx`, ...test],
    ],
  ];
}

/** Runs the demo; returns the exit code of the first step that fails, or 0. */
export function runDemo(args) {
  for (const [sentence, step] of steps(args)) {
    const code = knight(sentence, step);
    if (code !== 0) return code;
  }
  process.stdout.write(
    `\nThe quantized network is ${OUTPUT}/digits_quantize.onnx. Next: examples/digits/README.md\n`,
  );
  return 0;
}
