import { ConfigError } from "../../core-ts/errors.ts";

/** What one server allows. Sizes are bytes, times milliseconds. */
export interface EdgeConfig {
  /** Absent: everybody may ask. */
  readonly token?: string;
  /** A request's body. */
  readonly maxBody: number;
  /** Parts of a multipart body. */
  readonly maxParts: number;
  /** Nodes and constants of a model together. */
  readonly maxTensors: number;
  /** Elements of one input (all samples of a batch) or of one constant. */
  readonly maxElements: number;
  /** What .npz files and pictures may unpack to, together. */
  readonly maxUnpacked: number;
  /** From the first byte of the request to the answer, waiting included. */
  readonly timeout: number;
  /** Jobs at a time. */
  readonly concurrency: number;
  /** Requests that wait for their turn; more are turned away. */
  readonly queue: number;
  /** Longest wait for a turn. */
  readonly queueTimeout: number;
  /** A place whose request shows no life for twice as long is given to others. */
  readonly lease: number;
  /** A reader of events that takes none for as long has gone. */
  readonly readerTimeout: number;
}

type NumberKey = Exclude<keyof EdgeConfig, "token">;

interface Setting {
  readonly env: string;
  readonly fallback: number;
  readonly least: number;
}

/** The one table of settings: environment variable, default, smallest value. */
export const SETTINGS: Readonly<Record<NumberKey, Setting>> = {
  maxBody: { env: "KNIGHT_EDGE_MAX_BODY", fallback: 64 * 1024 * 1024, least: 1 },
  maxParts: { env: "KNIGHT_EDGE_MAX_PARTS", fallback: 1000, least: 1 },
  maxTensors: { env: "KNIGHT_EDGE_MAX_TENSORS", fallback: 20_000, least: 1 },
  maxElements: { env: "KNIGHT_EDGE_MAX_ELEMENTS", fallback: 64 * 1024 * 1024, least: 1 },
  maxUnpacked: { env: "KNIGHT_EDGE_MAX_UNPACKED", fallback: 256 * 1024 * 1024, least: 1 },
  timeout: { env: "KNIGHT_EDGE_TIMEOUT", fallback: 120_000, least: 1 },
  concurrency: { env: "KNIGHT_EDGE_CONCURRENCY", fallback: 1, least: 1 },
  queue: { env: "KNIGHT_EDGE_QUEUE", fallback: 16, least: 0 },
  queueTimeout: { env: "KNIGHT_EDGE_QUEUE_TIMEOUT", fallback: 60_000, least: 1 },
  lease: { env: "KNIGHT_EDGE_LEASE", fallback: 10_000, least: 100 },
  readerTimeout: { env: "KNIGHT_EDGE_READER_TIMEOUT", fallback: 10_000, least: 100 },
};

const TOKEN = "KNIGHT_EDGE_TOKEN";

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError naming the variable, for anything but a whole number that is large enough. */
export function numberSetting(env: Environment, { env: name, fallback, least }: Setting): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new ConfigError(`${name} is "${text}", expected a whole number of at least ${least}`, {
    option: name,
  });
}

/**
 * The configuration that an environment states. @param fallbacks defaults of a runtime that differ from the table's.
 * @throws ConfigError naming the variable.
 */
export function readConfig(env: Environment, fallbacks: Partial<EdgeConfig> = {}): EdgeConfig {
  const read = ([key, setting]: [string, Setting]) => {
    const fallback = fallbacks[key as NumberKey] ?? setting.fallback;
    return [key, numberSetting(env, { ...setting, fallback })] as const;
  };
  const numbers = Object.fromEntries(Object.entries(SETTINGS).map(read)) as Record<NumberKey, number>;
  const token = env[TOKEN];
  return token ? { ...numbers, token } : numbers;
}
