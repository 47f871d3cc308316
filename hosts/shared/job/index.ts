/** The way in for hosts without a command line: the command's own code, over files in memory. */
export { type JobChip, listChips } from "./chips.ts";
export { type InferResult, inferJob } from "./infer.ts";
export { inspectJob } from "./inspect.ts";
export type { JobEvent, JobFile, JobHost, JobRequest } from "./job.ts";
export { type JobOption, jobOptions } from "./options.ts";
export { type JobScale, type QuantizeResult, quantizeJob } from "./quantize.ts";
