import type { InferResult, QuantizeResult } from "../shared/job/index.ts";
import { baseName } from "../shared/job/memory-files.ts";
import { disposition, jsonElements, multipart, npz, toBase64, zip } from "./encode.ts";
import type { Finding } from "./jobs.ts";

/** How a kind of job answers: as JSON, which is what the last event of a stream carries too, and in other forms by media type. */
export interface Answers<T> {
  /** Media type → body; the first is the default. */
  readonly forms: Readonly<Record<string, (result: T) => Response | Promise<Response>>>;
  json(result: T): unknown;
}

const JSON_TYPE = "application/json";
const BYTES = "application/octet-stream";
const ZIP = "application/zip";

const asJson =
  <T>(json: (result: T) => unknown) =>
  (result: T): Response =>
    Response.json(json(result));

function attachment(bytes: Uint8Array, type: string, name: string): Response {
  const [key, value] = disposition(name).split(": ") as [string, string];
  const headers = { "Content-Type": type, [key]: value };
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
}

const encoded = ({ name, bytes }: QuantizeResult["model"]) => ({ name, base64: toBase64(bytes) });

function quantizedJson({ model, scales, report, text, files }: QuantizeResult): unknown {
  return { model: encoded(model), scales, report, text, files: files.map(encoded) };
}

/** Everything as files, the report's page among them; report.json holds what is no file. */
function allFiles({ model, scales, report, text, files }: QuantizeResult) {
  const bytes = new TextEncoder().encode(JSON.stringify({ report, scales, text }, null, 2));
  return [{ name: "report.json", bytes }, model, ...files];
}

function asModel({ model, report }: QuantizeResult): Response {
  const response = attachment(model.bytes, BYTES, model.name);
  response.headers.set("X-Knight-Float", String(report.float ?? "not measured"));
  response.headers.set("X-Knight-Fixed", String(report.fixed ?? "not measured"));
  response.headers.set("X-Knight-Warnings", String(report.warnings.length));
  return response;
}

/** Media types of files by the ends of their names. */
const TYPES: readonly (readonly [end: string, type: string])[] = [
  [".json", JSON_TYPE],
  [".html", "text/html; charset=utf-8"],
];

const typeOf = (name: string) => TYPES.find(([end]) => name.endsWith(end))?.[1] ?? BYTES;

function asMultipart(result: QuantizeResult): Response {
  const boundary = `knight-${crypto.randomUUID()}`;
  const parts = allFiles(result).map((file) => ({
    ...file,
    type: typeOf(file.name),
  }));
  const headers = { "Content-Type": `multipart/mixed; boundary=${boundary}` };
  return new Response(multipart(parts, boundary), { headers });
}

const stem = ({ model }: QuantizeResult) => baseName(model.name).replace(/\.onnx$/, "");

export const QUANTIZE: Answers<QuantizeResult> = {
  forms: {
    [BYTES]: asModel,
    "multipart/mixed": asMultipart,
    [ZIP]: (result) => attachment(zip(allFiles(result)), ZIP, `${stem(result)}.zip`),
    [JSON_TYPE]: asJson(quantizedJson),
  },
  json: quantizedJson,
};

const inspectedJson = (findings: readonly Finding[]) => ({ findings });

export const INSPECT: Answers<readonly Finding[]> = {
  forms: { [JSON_TYPE]: asJson(inspectedJson) },
  json: inspectedJson,
};

function inferredJson({ batches, quantized, result, figures }: InferResult): unknown {
  const outputs = batches.map((batch) =>
    [...batch].map(([name, t]) => ({ name, dtype: t.dtype, dims: t.dims, data: jsonElements(t) })),
  );
  return { quantized, result, figures, outputs };
}

export const INFER: Answers<InferResult> = {
  forms: {
    [JSON_TYPE]: asJson(inferredJson),
    [ZIP]: ({ batches }) => attachment(npz(batches), ZIP, "outputs.npz"),
    [BYTES]: ({ batches }) => attachment(npz(batches), BYTES, "outputs.npz"),
  },
  json: inferredJson,
};
