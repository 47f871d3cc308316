import { ConfigError } from "../../../core-ts/errors.ts";
import type { ParsedOptions } from "./command.ts";

/** What the model was made with, and what its conversion has to know. */
export interface SourceSettings {
  readonly framework: string;
  readonly weight: string | undefined;
  readonly startNames: readonly string[];
  readonly endNames: readonly string[];
  readonly toChw: boolean;
  /** One shape an input; -1 is an open batch. */
  readonly inputShapes: readonly (readonly number[])[];
  /** .npz with inputs and outputs that were recorded in the original framework. */
  readonly reference: string | undefined;
  /** The user's Python; undefined: the one on the PATH. */
  readonly python: string | undefined;
  /** Whether a conversion is compared with the framework itself, where the user's Python has it. */
  readonly comparesWithFramework: boolean;
}

/** As --python: none is started. */
const NO_PYTHON = "none";

/** Between the shapes of several inputs; no shape holds it. */
export const NEXT_SHAPE = ";";

/** 1 3 224 224 ; 1 10 → two shapes. */
function shapesOf(values: readonly (string | number)[]): number[][] {
  const shapes: number[][] = [];
  for (const value of values) {
    if (value === NEXT_SHAPE) shapes.push([]);
    else if (shapes.length === 0) shapes.push([Number(value)]);
    else shapes.at(-1)!.push(Number(value));
  }
  return shapes.filter((shape) => shape.length > 0);
}

const ONLY_FOR: Readonly<Record<string, readonly [spelling: string, frameworks: readonly string[]]>> = {
  weight: ["-w/--weight", ["pytorch", "caffe", "paddle"]],
  startNodeNames: ["-snn/--start-node-names", ["tensorflow"]],
  endNodeNames: ["-enn/--end-node-names", ["tensorflow"]],
  convert2chw: ["-c2chw/--convert2chw", ["tensorflow"]],
  inputShapes: ["-is/--input-shapes", ["caffe", "paddle"]],
};

function checkPython({ values, given }: ParsedOptions): void {
  if (!given("python")) return;
  const script = String(values.userDefinedScript ?? "");
  const refuse = (what: string) => {
    throw new ConfigError(`--python ${what}`, { option: "--python" });
  };
  if (script.endsWith(".py")) {
    if (values.python === NO_PYTHON)
      refuse(`none starts no Python, and -uds ${script} needs one; leave it out`);
    return;
  }
  if (values.framework !== "onnx") return;
  refuse(
    `is for Python scripts and models of other frameworks, -f is onnx, and ${script === "" ? "no script is given" : `-uds is ${script}`}; leave it out, or give -uds script.py`,
  );
}

/** @throws ConfigError for options of another framework than the model's. */
export function sourceSettings(options: ParsedOptions): SourceSettings {
  const { values, given } = options;
  const framework = values.framework as string;
  const python = values.python as string | undefined;
  checkPython(options);
  for (const [name, [spelling, frameworks]] of Object.entries(ONLY_FOR)) {
    if (!given(name) || frameworks.includes(framework)) continue;
    throw new ConfigError(
      `${spelling} is for models of ${frameworks.join(", ")}, and -f is ${framework}; leave it out, or give -f`,
      { option: spelling },
    );
  }
  return {
    framework,
    weight: values.weight as string | undefined,
    startNames: (values.startNodeNames ?? []) as readonly string[],
    endNames: (values.endNodeNames ?? []) as readonly string[],
    toChw: values.convert2chw === true,
    inputShapes: shapesOf((values.inputShapes ?? []) as readonly (string | number)[]),
    reference: values.reference as string | undefined,
    python: python === NO_PYTHON ? undefined : python,
    comparesWithFramework: python !== NO_PYTHON,
  };
}
