import { z } from "@hono/zod-openapi";
import type { JobFile, JobRequest } from "../shared/job/index.ts";
import { optionsSchema } from "./options.ts";
import { type FieldError, Problem } from "./problem.ts";
import type { Form } from "./read-form.ts";

function isFile(given: unknown): boolean {
  const { bytes } = (given ?? {}) as Partial<JobFile>;
  return bytes !== undefined && bytes.length > 0;
}

function file(description: string) {
  return z
    .custom<JobFile>(isFile, "expected one file that is not empty")
    .openapi({ type: "string", format: "binary", description });
}

function files(description: string) {
  return z.array(file(description)).default([]);
}

const model = file("The ONNX model");
const companions = files(
  "Files that the model or the options name: its external data, a mix-config, a scale file, a calibration cache",
);
const data = files(
  "What is fed, in the order of the names: .npy, .npz, pictures. None: seeded random numbers",
);
const options = optionsSchema().default({});

/** Fields of the multipart bodies. */
export const FORMS = {
  quantize: z.strictObject({ model, companions, data, options }).openapi("QuantizeForm"),
  inspect: z.strictObject({ model, companions, options }).openapi("InspectForm"),
  infer: z.strictObject({ model, companions, data, options }).openapi("InferForm"),
} as const;

export type FormName = keyof typeof FORMS;

function parseOptions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem("BAD_REQUEST", `the field "options" is no JSON: ${(cause as Error).message}`);
  }
}

/** A run-config may write its keys with underscores too. */
function dashed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replaceAll("_", "-"), item]));
}

type Issue = z.core.$ZodIssue;

/** The command itself knows a better sentence about an option that is not there: it has the nearest one, or the reason. */
const isUnknownOption = ({ code, path }: Issue): boolean =>
  code === "unrecognized_keys" && path[0] === "options";

function fieldError({ path, message }: Issue): FieldError {
  return { field: path.join("."), message };
}

/** The job request in a form. @throws Problem: 400 for options that are no JSON, 422 for fields that are missing, unknown or wrong. */
export function readRequest(name: FormName, { files, texts }: Form): JobRequest {
  const given: Record<string, unknown> = {};
  for (const [key, text] of texts) given[key] = key === "options" ? dashed(parseOptions(text)) : text;
  for (const [key, list] of files) given[key] = key === "model" && list.length === 1 ? list[0] : list;
  const schema = FORMS[name] as z.ZodType<JobRequest>;
  const found = schema.safeParse(given);
  if (found.success) return found.data;
  const wrong = found.error.issues.filter((issue) => !isUnknownOption(issue));
  if (wrong.length === 0) return given as unknown as JobRequest;
  const errors = wrong.map(fieldError);
  const detail = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; ");
  throw new Problem("INVALID_REQUEST", detail, { errors });
}
