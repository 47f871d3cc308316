import { ConfigError } from "../../../core-ts/errors.ts";
import type { Ports } from "../ports.ts";

const HELP = `Usage: Knight demo [options of quant]

Quantizes the network of examples/digits, then measures it and the float network on images neither has seen. Options go to the
quantization, for instance -b 16 or -qm all; the results go to TS-KnightOutput/digits.
`;
const OUTPUT = "TS-KnightOutput/digits";

/** One command line, and what it is for. */
interface Step {
  readonly sentence: string;
  readonly args: readonly string[];
}

function steps(folder: string, more: readonly string[], join: Ports["files"]["join"]): Step[] {
  const file = (name: string) => join(folder, name);
  const script = ["-uds", file("infer_digits.ts"), "-if", "infer_digits"];
  const test = ["-r", "infer", ...script, "-d", file("test_images.npy"), "-bs", "1", "-i", "500"];
  const data = ["-d", file("calibration.npy"), "-bs", "32", "-i", "8"];
  return [
    {
      sentence: "1. Quantize the network, calibrating on 256 images:",
      args: ["quant", "-m", file("digits.onnx"), ...script, ...data, ...more, "--save-dir", OUTPUT],
    },
    {
      sentence: "2. The float network on 500 images it has never seen:",
      args: ["quant", "-m", file("digits.onnx"), ...test],
    },
    {
      sentence: "3. The quantized network on the same images:",
      args: ["quant", "-m", `${OUTPUT}/digits_quantize.onnx`, ...test],
    },
  ];
}

/**
 * Knight demo: quantizes the network of examples/digits on its calibration images, then measures the float and the quantized network on images neither
 * training nor calibration has seen. @param more options of quant for the first step; @param obey runs a command line with these ports.
 * @throws ConfigError where the example is not at hand.
 */
export async function runDemo(
  more: readonly string[],
  ports: Ports,
  obey: (argv: readonly string[], ports: Ports) => Promise<void>,
): Promise<void> {
  if (ports.demoFolder === undefined)
    throw new ConfigError("Knight demo has no example here; run it in the project's folder");
  const say = (text: string) => ports.terminal.out(text);
  if (more.includes("-h") || more.includes("--help")) return say(HELP);
  // A runtime that keeps modules would not run the script a second time.
  let functions: ReturnType<Ports["loadScript"]> | undefined;
  const once: Ports = { ...ports, loadScript: (path) => (functions ??= ports.loadScript(path)) };
  for (const { sentence, args } of steps(ports.demoFolder, more, ports.files.join)) {
    say(`\n${sentence}\n$ Knight ${args.join(" ")}\n`);
    await obey(args, once);
  }
  say(`\nThe quantized network is ${OUTPUT}/digits_quantize.onnx. Next: examples/digits/README.md\n`);
}
