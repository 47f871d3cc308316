import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { EdgeServer } from "./edge-server.ts";
import type { BenchHost, BenchJob, Measured } from "./host.ts";
import { watchMemory } from "./memory.ts";

function formOf({ model, data, batchSize, options }: BenchJob): FormData {
  const form = new FormData();
  form.append("model", new Blob([readFileSync(model)]), basename(model));
  form.append("data", new Blob([readFileSync(data)]), basename(data));
  form.append("options", JSON.stringify({ ...options, "batch-size": batchSize }));
  return form;
}

/** One request for the model, from its first byte to the last one of the answer. */
async function measured(server: EdgeServer, job: BenchJob): Promise<Measured> {
  const memory = watchMemory(() => server.pids());
  const body = formOf(job);
  const start = performance.now();
  const response = await fetch(`${server.url}/v1/quantize`, { method: "POST", body });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const seconds = (performance.now() - start) / 1000;
  if (response.status !== 200) throw new Error(new TextDecoder().decode(bytes));
  return { seconds, peakMb: memory.stop(), sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** The edge app on a server, which is started for each round and not counted. */
export function edgeHost(name: string, start: () => Promise<EdgeServer>): BenchHost {
  return {
    name,
    unavailable: () => undefined,
    async run(job) {
      const server = await start();
      try {
        return await measured(server, job);
      } finally {
        await server.stop();
      }
    },
  };
}
