import { ConfigError } from "../../../core-ts/errors.ts";

/** The folder of the package with our Python modules. */
export const PYTHON_FOLDER = "python";

/** What it prints comes at once, as UTF-8, and nothing is left beside the scripts. */
export const PYTHON_VARIABLES = {
  PYTHONUNBUFFERED: "1",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONIOENCODING: "utf-8",
} as const;

/** Programs to try, in order. @param interpreter as --python gives it. */
export function commandsOf(interpreter: string | undefined, isWindows: boolean): string[] {
  if (interpreter !== undefined) return [interpreter];
  return isWindows ? ["python", "py"] : ["python3", "python"];
}

/** What Python is wanted for. */
export interface PythonNeed {
  /** As pip takes them. */
  readonly packages: string;
  /** What to do without any Python. */
  readonly without: string;
}

export function foundNone(
  commands: readonly string[],
  interpreter: string | undefined,
  { packages, without }: PythonNeed,
): ConfigError {
  const option = "--python";
  if (interpreter !== undefined) {
    return new ConfigError(`--python ${interpreter} can't be started; give the file of a Python 3`, {
      option,
    });
  }
  return new ConfigError(
    `no Python was found (${commands.join(", ")} on the PATH); install Python 3 and what the script needs (python3 -m pip install ${packages}), or give one with --python FILE; without Python: ${without}`,
    { option },
  );
}
