import { ConfigError } from "../../../core-ts/errors.ts";
import type { QuantSettings } from "../cli/settings.ts";
import { countSamples } from "../infer/files.ts";
import { INFER_AUTO, INFER_FILES } from "../infer/reference.ts";
import type { CommandRun } from "../quant/session.ts";
import type { JobFile, JobHost, JobRequest } from "./job.ts";
import { baseName, MemoryFiles } from "./memory-files.ts";
import { type JobDefaults, jobSettings } from "./options.ts";
import { jobPorts, type Text } from "./ports.ts";

const DATA = "data";
const RESULTS = "results";

/** A run of the command that stands in memory. */
export interface JobRun extends CommandRun {
  /** What it printed. */
  readonly text: Text;
  /** What it wrote, sorted by name. */
  results(): JobFile[];
}

/** @throws ConfigError where two files have one name, so that one would hide the other. */
function contentOf({ model, companions = [], data = [] }: JobRequest): Map<string, Uint8Array> {
  const content = new Map<string, Uint8Array>();
  const add = (folder: string, { name, bytes }: JobFile) => {
    const path = `${folder}${baseName(name)}`;
    if (content.has(path))
      throw new ConfigError(`two of the files given are called "${baseName(name)}"; rename one of them`);
    content.set(path, bytes);
  };
  for (const file of [model, ...companions]) add("", file);
  for (const file of data) add(`${DATA}/`, file);
  return content;
}

/** What is fed: the files given, or random numbers; all of it unless the request says how much. */
async function feeding(request: JobRequest, files: MemoryFiles): Promise<Record<string, string | number>> {
  if (!request.data?.length) return { "infer-func": INFER_AUTO };
  const batchSize = Number(request.options?.["batch-size"] ?? request.options?.batch_size ?? 1);
  const samples = await countSamples(DATA, files);
  const batches = Math.ceil(samples / Math.max(batchSize, 1));
  return { "infer-func": INFER_FILES, data: DATA, iteration: Math.max(1, batches) };
}

/** "input-configs" without the folders of another machine: the data are given as files. */
function withoutFolders(settings: QuantSettings): Pick<QuantSettings, "inputConfigs" | "notes"> {
  const { inputConfigs, notes } = settings;
  const folders = inputConfigs.flatMap(({ data_dir: folder }) => (folder ? [String(folder)] : []));
  if (folders.length === 0) return { inputConfigs, notes };
  return {
    inputConfigs: inputConfigs.map(({ data_dir: _, ...config }) => config),
    notes: [...notes, `"data_dir" ${folders.join(", ")} is left aside: the data are the files given`],
  };
}

/**
 * Sets the command up over a request. @param job what this kind of job sets.
 * @throws ConfigError for wrong options or files.
 */
export async function openJob(
  request: JobRequest,
  host: JobHost,
  job: Pick<JobDefaults, "runMode" | "unlessGiven">,
): Promise<JobRun> {
  const content = contentOf(request);
  const given = new Set(content.keys());
  const files = new MemoryFiles(content);
  const { data, ...unlessGiven } = { ...job.unlessGiven, ...(await feeding(request, files)) };
  const iterationGiven = request.options?.iteration !== undefined;
  const settings = jobSettings(request.options ?? {}, {
    model: baseName(request.model.name),
    runMode: job.runMode,
    saveDir: RESULTS,
    ...(data === undefined ? {} : { data: DATA }),
    unlessGiven: { "cpu-num": host.threads ?? host.cpuCount, ...unlessGiven },
  });
  const { ports, text } = jobPorts(host, files);
  return {
    settings: { ...settings, ...(data === undefined ? {} : withoutFolders(settings)), iterationGiven },
    ports,
    log: (level, message) => host.onEvent({ kind: "log", level, message }),
    text,
    results: () =>
      [...content]
        .filter(([path]) => !given.has(path))
        .map(([path, bytes]) => ({ name: path.replace(`${RESULTS}/`, ""), bytes }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
