import { createApp } from "../../../hosts/edge/app.ts";
import { readConfig } from "../../../hosts/edge/config.ts";
import { localJobs } from "../../../hosts/edge/jobs.ts";
import { partsOf } from "../../../hosts/edge/worker-parts.ts";
import type { Ports } from "../../../hosts/shared/ports.ts";
import { CONFORMANCE_PATH, conformanceAnswer } from "./conformance-route.ts";

/** The edge app on a host's ports, with the conformance suite beside its routes. Jobs run in this thread. */
export function edgeApp(runtime: string, ports: Ports): ReturnType<typeof createApp> {
  const config = readConfig({});
  const { version, now } = ports;
  const jobs = localJobs(partsOf(ports, "wasm"), config);
  const app = createApp({ jobs, version, now, log: () => undefined }, config);
  app.post(CONFORMANCE_PATH, (c) =>
    conformanceAnswer(runtime, c.req, async () => ({
      backend: await ports.createBackend(1, "wasm", () => undefined),
      kernels: await ports.loadKernels(() => undefined),
    })),
  );
  return app;
}
