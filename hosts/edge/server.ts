import { createApp, type EdgeParts } from "./app.ts";
import { type EdgeConfig, type Environment, numberSetting, readConfig } from "./config.ts";
import { consoleLog } from "./log.ts";
import { Pool, type PoolWorker, poolJobs } from "./pool.ts";
import { BACKEND_NAMES, serverBackend, type WorkerSettings } from "./worker-parts.ts";

/** Where a server of ours listens, and what it may take. */
const PORT = { env: "KNIGHT_EDGE_PORT", fallback: 8787, least: 0 };
const MAX_HEAP = { env: "KNIGHT_EDGE_MAX_HEAP", fallback: 1024 * 1024 * 1024, least: 64 * 1024 * 1024 };
const DEFAULT_HOST = "127.0.0.1";

/** What a server that has threads hands in. */
export interface ServerParts extends Pick<EdgeParts, "version" | "now"> {
  readonly env: Environment;
  readonly cpuCount: number;
  spawn(settings: WorkerSettings): PoolWorker;
}

export interface Server {
  readonly app: ReturnType<typeof createApp>;
  readonly port: number;
  readonly host: string;
  readonly config: EdgeConfig;
  close(): void;
}

/** The app on a pool of threads, as the environment configures it. @throws ConfigError naming the variable. */
export function createServer({ env, cpuCount, spawn, version, now }: ServerParts): Server {
  const config = readConfig(env, { concurrency: cpuCount });
  const backend = serverBackend(env);
  const settings = { limits: config, backend, maxHeap: numberSetting(env, MAX_HEAP) };
  const port = numberSetting(env, PORT);
  const pool = new Pool(() => spawn(settings), config.concurrency);
  const jobs = poolJobs(pool, { runs: BACKEND_NAMES[backend] });
  return {
    app: createApp({ jobs, version, now, log: consoleLog }, config),
    port,
    host: env.KNIGHT_EDGE_HOST || DEFAULT_HOST,
    config,
    close: () => pool.close(),
  };
}
