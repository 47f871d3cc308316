import { ConfigError, DataError, reasonOf } from "../../../core-ts/errors.ts";
import { dtypeFromCode } from "../../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Executor, InferFunction } from "../infer/executor.ts";
import type { RegisteredFunctions } from "../infer/registry.ts";
import { noNumber } from "../infer/run-function.ts";
import type { Ports } from "../ports.ts";
import type { Header } from "./frames.ts";
import { PythonSession } from "./session.ts";

const OPTION = "-uds/--user-defined-script";

/** An error of the script: "failed", python/onnx_quantize_tool/explain.py. */
interface Failed {
  readonly message: string;
  /** file:line in the script. */
  readonly place: string | null;
  readonly trace: string;
  /** Which error of executor.forward it is, if it is one. */
  readonly number: number | null;
}

const failedIn = (header: Header) => header as unknown as Failed;

/** What Python's executor says of this run. */
function factsOf(executor: Executor): Readonly<Record<string, unknown>> {
  executor.init_shape_info();
  const { iteration, batch_size, dataset, save_dir, run_mode, gpu, user_defined_script } = executor;
  const { input_nodes, input_types, input_configs_dict, output_node_list } = executor;
  return {
    ...{ iteration, batch_size, dataset: dataset ?? null, save_dir, run_mode, gpu, user_defined_script },
    ...{ input_nodes, input_types, input_configs_dict, output_node_list },
    shapes: executor.shape_dicts,
    nodes: executor.output_name_to_node_name(),
    dtypes: input_nodes.map((name) => dtypeFromCode(input_types[name]!)),
  };
}

/** An infer function that has the script's one run in Python, and runs the model for it. */
function functionOf(session: PythonSession, name: string, script: string): InferFunction {
  return async (executor) => {
    const errors: unknown[] = [];
    const doing = `it ran "${name}" of ${script}`;
    const forward = async (tensors: readonly Tensor[]): Promise<[Header, Tensor[]]> => {
      try {
        const outputs = await executor.forward(...tensors);
        return [{ kind: "outputs", early_stop: executor.early_stop_flag }, outputs];
      } catch (error) {
        errors.push(error);
        return [{ kind: "refused", number: errors.length - 1, message: reasonOf(error) }, []];
      }
    };
    let answer = await session.ask(doing, { kind: "run", function: name, executor: factsOf(executor) });
    while (answer.header.kind === "forward")
      answer = await session.ask(doing, ...(await forward(answer.tensors)));
    const { kind, type, number } = answer.header;
    if (kind === "failed") throw raised(failedIn(answer.header), errors);
    if (number === undefined) throw noNumber({ name, script }, String(type));
    return Number(number);
  };
}

/** What the script raised: the model's own error where it let that through, and where in the script. */
function raised({ message, place, trace, number }: Failed, errors: readonly unknown[]): unknown {
  const own = number === null ? undefined : errors[number];
  // The error is new, and nobody else holds it.
  if (own instanceof DataError) Object.assign(own.where, { file: place });
  return own ?? new Error(`${message}${place === null ? "" : `, at ${place}`}\n${trace}`);
}

function failedToLoad(script: string, { message, place, trace }: Failed): ConfigError {
  const at = place === null ? "" : `, at ${place}`;
  return new ConfigError(`the script ${script} fails to load: ${message}${at}\n${trace}`, {
    option: OPTION,
    file: script,
  });
}

export interface PythonScript {
  readonly functions: RegisteredFunctions;
  /** Ends Python. */
  close(): Promise<void>;
}

/**
 * Has the user's Python load a script, and gives the functions it registers, which run there.
 * @throws ConfigError for what is missing or goes wrong.
 */
export async function loadPythonScript(
  ports: Ports,
  script: string,
  interpreter: string | undefined,
): Promise<PythonScript> {
  const { startPython, files } = ports;
  if (!startPython) {
    throw new ConfigError(
      `${script} is a Python script, and no Python can be started here; use the command line, or an infer function in TypeScript`,
      { option: OPTION },
    );
  }
  if (!(await files.exists(script)))
    throw new ConfigError(`the script ${script} can't be read: there is no such file`, { option: OPTION });
  const { session, header } = await PythonSession.start(ports, startPython, { script, interpreter });
  const close = () => session.close();
  if (header.kind === "ready") {
    const names = header.functions as readonly string[];
    return { functions: new Map(names.map((name) => [name, functionOf(session, name, script)])), close };
  }
  await close();
  if (header.kind === "unfit") throw new ConfigError(String(header.message), { option: "--python" });
  throw failedToLoad(script, failedIn(header));
}
