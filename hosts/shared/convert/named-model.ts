import { ConfigError, InternalError } from "../../../core-ts/errors.ts";
import type { QuantSettings } from "../cli/settings.ts";
import { readNpz } from "../npy/npz.ts";
import type { PythonOutcome } from "../ports.ts";
import type { CommandRun } from "../quant/session.ts";
import type { Recorded } from "./check-conversion.ts";

const SCRIPT = "-uds/--user-defined-script";
const MODULE = "onnx_quantize_tool.export_model";

/** A model that came as ONNX out of the framework itself, with what the framework answers. */
export interface Exported {
  readonly bytes: Uint8Array;
  readonly recorded?: Recorded;
}

/** -f pytorch -m NAME: not a file, but a function of a Python script. */
export function isNamedModel({ model, source }: Pick<QuantSettings, "model" | "source">): boolean {
  return source.framework === "pytorch" && /^[A-Za-z_]\w*$/.test(model);
}

/** The script's error as one of ours, with the trace behind it. */
function failure(script: string, { code, interpreter, files }: PythonOutcome): ConfigError {
  const told = files.get("error.json");
  if (!told) {
    return new ConfigError(
      `${interpreter} ended with exit code ${code} while it exported the model of ${script}`,
      {
        option: SCRIPT,
        file: script,
      },
    );
  }
  const { message, trace } = JSON.parse(new TextDecoder().decode(told)) as {
    readonly message: string;
    readonly trace: string;
  };
  const behind = trace === "" ? "" : `\n${trace.trimEnd()}`;
  return new ConfigError(
    `the model of ${script} can't be exported: ${trace === "" ? message : message.split("\n")[0]}${behind}`,
    {
      option: SCRIPT,
      file: script,
    },
  );
}

function scriptOf({ model, script }: QuantSettings): string {
  if (script?.endsWith(".py")) return script;
  throw new ConfigError(
    `-m ${model} names a function of a Python script, which -uds gives; add -uds script.py -w weights.pth, or give an archive of torch.export.save: -m model.pt2`,
    { option: SCRIPT },
  );
}

/**
 * Has the user's own Python build the model that the script registers, and export it with torch.onnx.export; torch's answers on seeded inputs
 * come along.
 * @throws ConfigError for what is missing or goes wrong there.
 */
export async function exportNamedModel({ settings, ports }: CommandRun): Promise<Exported> {
  const script = scriptOf(settings);
  const { weight, python } = settings.source;
  if (!ports.runPython) {
    throw new ConfigError(
      "no Python can be started here; export the model with torch.export.save and give -m model.pt2",
      { option: "-m/--model" },
    );
  }
  for (const [path, option] of [
    [script, SCRIPT],
    [weight, "-w/--weight"],
  ] as const) {
    if (path === undefined || (await ports.files.exists(path))) continue;
    throw new ConfigError(`${path} can't be read: there is no such file; check ${option}`, { option });
  }
  const outcome = await ports.runPython({
    interpreter: python,
    need: { packages: "torch onnx", without: "-m model.pt2, an archive of torch.export.save" },
    module: MODULE,
    request: { name: settings.model, script, ...(weight === undefined ? {} : { weight }) },
    show: (text) => ports.terminal.err(text),
    signal: ports.signal,
  });
  if (outcome.code !== 0) throw failure(script, outcome);
  const { files } = outcome;
  const [bytes, reference] = ["model.onnx", "reference.npz"].map((name) => files.get(name));
  if (!bytes || !reference) throw new InternalError(`${MODULE} made no model`);
  const version = new TextDecoder().decode(files.get("version.txt"));
  const recorded: Recorded = {
    from: `torch ${version} on seeded inputs`,
    arrays: readNpz(reference, "reference.npz"),
    toChw: false,
    remedy: `check that the model of ${script} answers the same each time it is run`,
  };
  return { bytes, recorded };
}
