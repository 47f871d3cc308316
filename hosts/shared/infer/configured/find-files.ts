import { ConfigError, DataError } from "../../../../core-ts/errors.ts";
import type { Files } from "../../ports.ts";
import { DATA_OPTION, type DataInput } from "../data-files.ts";
import type { Format } from "./formats.ts";
import { LABEL_FILE } from "./labels.ts";
import { listed } from "./named.ts";

/** The files of one input. */
export interface InputFiles {
  /** The folder, or the one file. */
  readonly place: string;
  readonly paths: readonly string[];
}

interface Search {
  readonly files: Files;
  /** -d. */
  readonly dataset: string | undefined;
  note(sentence: string): void;
}

const endingOf = (path: string): string => /\.([^.\\/]*)$/.exec(path)?.[1]?.toLowerCase() ?? "";

/** Where the input's data lie: "data_dir", else -d; below it a folder or files of the input's name where there are several inputs. */
async function placeOf({ name, only, config }: DataInput, { files, dataset, note }: Search): Promise<string> {
  const own = config.text("data_dir");
  const place = (own ?? dataset)?.replace(/(?<=.)[\\/]+$/, "");
  if (place === undefined)
    throw new ConfigError(
      `there are no data for the input "${name}": its entry of "input-configs" has no "data_dir", and -d is not given; give one of them`,
      { option: "data_dir", value: name },
    );
  if (own !== undefined && dataset !== undefined)
    note(`-d is left aside for the input "${name}", whose "data_dir" is ${own}`);
  if (!(await files.exists(place)))
    throw new ConfigError(
      `the "data_dir" of the input "${name}" is ${place}, which does not exist; correct it`,
      {
        option: "data_dir",
        value: name,
      },
    );
  const below = files.join(place, name);
  return own === undefined && !only && (await files.isFolder(below)) ? below : place;
}

/** The files of one input that its format reads, sorted by name. @throws ConfigError where there is no such place, DataError where nothing is in it. */
export async function findFiles(input: DataInput, format: Format, search: Search): Promise<InputFiles> {
  const { files } = search;
  const place = await placeOf(input, search);
  const isFolder = await files.isFolder(place);
  const names = isFolder ? await files.list(place, DATA_OPTION) : [files.split(place).name];
  const isOurs = (name: string) => format.endings.includes(endingOf(name));
  const paths = names.filter(isOurs).map((name) => (isFolder ? files.join(place, name) : place));
  const kinds = format.endings.map((ending) => `.${ending}`).join(", ");
  if (paths.length === 0) {
    const found =
      names.length === 0 ? "is empty" : isFolder ? `holds ${listed(names)}` : "is of another kind";
    throw new DataError(
      `${place} ${found}, expected ${kinds} files for the input "${input.name}"; folders in it are not searched`,
      {
        file: place,
      },
    );
  }
  const others = names.filter((name) => !isOurs(name) && name !== LABEL_FILE);
  if (others.length > 0)
    search.note(`${place}: ${listed(others)} left out, kinds that are read are ${kinds}`);
  return { place, paths };
}
