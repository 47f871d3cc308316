// The worker: reads the files it is handed, and runs jobs on them with the browser's WebAssembly. The page's thread only waits.
import { expose, transfer } from "comlink";
import { encode } from "fast-png";
import {
  inferJob,
  inspectJob,
  type JobFile,
  type JobHost,
  type JobRequest,
  jobOptions,
  listChips,
  type QuantizeResult,
  quantizeJob,
} from "../shared/job/index.ts";
import { type Settled, settle } from "../shared/job/wire-errors.ts";
import { browserHost } from "./browser-host.ts";
import { nameFor } from "./file-names.ts";
import type { KnightWorker, WireFile, WireRequest } from "./protocol.ts";

/** Pixels become a file as well: one way in for all pictures. */
async function bytesOf(content: WireFile["content"]): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  if (content instanceof Blob) return new Uint8Array(await content.arrayBuffer());
  const { width, height, data } = content;
  return encode({ width, height, data, channels: 4 });
}

/** @param otherwise the ending of a name for content that is none of the kinds of data. */
async function jobFile({ name, content }: WireFile, stem: string, otherwise: string): Promise<JobFile> {
  const bytes = await bytesOf(content);
  return { name: name ?? nameFor(bytes, stem, otherwise), bytes };
}

/** Nameless data are fed in the order given: their numbers have leading zeros. */
async function jobRequest({ model, companions, data, options }: WireRequest): Promise<JobRequest> {
  const numbered = (files: readonly WireFile[], stem: string) =>
    Promise.all(files.map((file, i) => jobFile(file, `${stem}${String(i).padStart(5, "0")}`, ".bin")));
  return {
    model: await jobFile(model, "model", ".onnx"),
    companions: await numbered(companions, "companion"),
    data: await numbered(data, "data"),
    options,
  };
}

function job<T>(run: (request: JobRequest, host: JobHost) => Promise<T>) {
  return (request: WireRequest, listen: JobHost["onEvent"]): Promise<Settled<T>> =>
    settle(async () => run(await jobRequest(request), browserHost(listen)));
}

/** The files of a result are moved to the page, not copied. */
function moveFiles(settled: Settled<QuantizeResult>): Settled<QuantizeResult> {
  if (!settled.ok) return settled;
  const { model, files } = settled.value;
  return transfer(settled, [...new Set([model, ...files].map(({ bytes }) => bytes.buffer as ArrayBuffer))]);
}

const quantize = job(quantizeJob);
const knight: KnightWorker = {
  quantize: async (request, listen) => moveFiles(await quantize(request, listen)),
  inspect: job(inspectJob),
  infer: job(inferJob),
  chips: () => settle(listChips),
  options: () => settle(jobOptions),
};

expose(knight);
