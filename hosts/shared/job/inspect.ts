import type { Finding } from "../../../core-ts/doctor/index.ts";
import { examineFile } from "../doctor/run-doctor.ts";
import type { JobHost, JobRequest } from "./job.ts";
import { openJob } from "./run.ts";

/** Knight doctor over files in memory; of the options, chip and bit-width count. @throws as the command. */
export async function inspectJob(
  { model, companions = [], options = {} }: JobRequest,
  host: JobHost,
): Promise<readonly Finding[]> {
  const run = await openJob({ model, companions, options }, host, { runMode: "quant", unlessGiven: {} });
  const { settings, ports, log } = run;
  const { model: file, backend, quant } = settings;
  return examineFile({ model: file, chip: quant.chip, bitWidth: quant.bits, backend }, ports, log);
}
