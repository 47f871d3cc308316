import { ConfigError } from "../../../core-ts/errors.ts";
import type { PythonRun } from "../ports.ts";

/** The folder of the package with our Python modules. */
export const PYTHON_FOLDER = "python";

/** What it prints comes at once, as UTF-8, and nothing is left beside the scripts. */
export const PYTHON_VARIABLES = {
  PYTHONUNBUFFERED: "1",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONIOENCODING: "utf-8",
} as const;

/** Programs to try, in order. */
export function commandsOf({ interpreter }: PythonRun, isWindows: boolean): string[] {
  if (interpreter !== undefined) return [interpreter];
  return isWindows ? ["python", "py"] : ["python3", "python"];
}

export function foundNone(commands: readonly string[], { interpreter }: PythonRun): ConfigError {
  const option = "--python";
  if (interpreter !== undefined) {
    return new ConfigError(`--python ${interpreter} can't be started; give the file of a Python 3`, {
      option,
    });
  }
  return new ConfigError(
    `no Python was found (${commands.join(", ")} on the PATH); install Python 3 and torch (python3 -m pip install torch onnx), or give one with --python FILE; without Python: -m model.pt2, an archive of torch.export.save`,
    { option },
  );
}
