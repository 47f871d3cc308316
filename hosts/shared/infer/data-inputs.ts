import { ConfigError } from "../../../core-ts/errors.ts";
import { dtypeFromCode } from "../../../core-ts/tensor/dtype.ts";
import { pictureLayout } from "../images/layout.ts";
import { readPictureSettings } from "../images/settings.ts";
import type { PictureTarget } from "../images/tensor.ts";
import type { DataInput } from "./data-files.ts";
import type { Executor } from "./executor.ts";
import { ConfigReader } from "./input-config.ts";

/** What data files are told of besides the model. */
export interface DataOptions {
  /** Whether --mean and --std stand in front of the first input. */
  readonly normalizes: boolean;
  /** Whether somebody asked for so many batches; else all are fed, and that there are no more is nothing to tell. */
  readonly countGiven: boolean;
  /** Told what the user should know of the data; a sentence may come again. */
  note(sentence: string): void;
}

/** The entry of "input-configs" for each input: by its name, or by its number where the entry has no name. */
function configsOf({ input_nodes, input_configs_dict }: Executor): Readonly<Record<string, unknown>>[] {
  const known = [...input_nodes, ...input_nodes.keys()].map(String);
  const stranger = Object.keys(input_configs_dict).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    const names = input_nodes.map((name) => `"${name}"`).join(", ");
    throw new ConfigError(
      `"input-configs" has an entry for the input "${stranger}", the model's inputs are ${names}; correct its "input_name"`,
      { option: "-rc/--run-config", value: stranger },
    );
  }
  return input_nodes.map(
    (name, i) => (input_configs_dict[name] ?? input_configs_dict[String(i)] ?? {}) as Record<string, unknown>,
  );
}

/** The inputs of the model an infer function has. @throws ConfigError for "input-configs" of other inputs. */
export function dataInputs(executor: Executor, options: DataOptions): DataInput[] {
  executor.init_shape_info();
  const configs = configsOf(executor);
  return executor.input_nodes.map((name, i) => {
    const dims = executor.shape_dicts[name]!;
    const dtype = dtypeFromCode(executor.input_types[name]!)!;
    let target: PictureTarget | undefined;
    const normalizes = options.normalizes && i === 0;
    const picture = () => {
      if (target) return target;
      const input = { name, dtype, layout: pictureLayout(name, dims), normalizes };
      const settings = readPictureSettings(configs[i]!, input);
      for (const note of settings.notes) options.note(note);
      target = { input, settings };
      return target;
    };
    const config = new ConfigReader(configs[i]!, name);
    return { name, dims, dtype, only: executor.input_nodes.length === 1, normalizes, config, picture };
  });
}
