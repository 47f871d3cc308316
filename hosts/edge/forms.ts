import { z } from "@hono/zod-openapi";
import { reasonOf } from "../../core-ts/errors.ts";
import type { JobFile, JobRequest } from "../shared/job/index.ts";
import { baseName } from "../shared/job/memory-files.ts";
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

/** No option nests further; the way to another thread and the validation recurse. */
const MOST_LEVELS = 16;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

function parseOptions(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem("BAD_REQUEST", `the field "options" is no JSON: ${reasonOf(cause)}`);
  }
  if (!isDeeper(value, MOST_LEVELS)) return value;
  throw new Problem("LIMIT", `the field "options" nests more than ${MOST_LEVELS} levels`);
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

/** Options that name files. */
const FILE_OPTIONS = ["mix-config", "load-scale-json", "cache-distribution"];

/** Files are what came with the request: a server has none of its own for it. @throws Problem CONFIG. */
function checkNames({ companions = [], options = {} }: JobRequest): void {
  const known = companions.map(({ name }) => baseName(name));
  for (const option of FILE_OPTIONS) {
    const value = options[option] ?? [];
    const names =
      typeof value === "string" && option === "cache-distribution" ? value.trim().split(/\s+/) : value;
    for (const name of Array.isArray(names) ? names : [names]) {
      if (known.includes(String(name))) continue;
      const given = known.map((one) => `"${one}"`).join(", ") || "none";
      throw new Problem(
        "CONFIG",
        `${option} names "${name}", which is not among the companions of the request: ${given}`,
        { where: { option } },
      );
    }
  }
}

/** The job request in a form. @throws Problem: 400 for options that are no JSON, 422 for fields that are missing, unknown or wrong. */
export function readRequest(name: FormName, { files, texts }: Form): JobRequest {
  const given: Record<string, unknown> = {};
  for (const [key, text] of texts) given[key] = key === "options" ? dashed(parseOptions(text)) : text;
  for (const [key, list] of files) given[key] = key === "model" && list.length === 1 ? list[0] : list;
  const found = (FORMS[name] as z.ZodType<JobRequest>).safeParse(given);
  const wrong = found.error?.issues.filter((issue) => !isUnknownOption(issue)) ?? [];
  if (wrong.length > 0) {
    const errors = wrong.map(fieldError);
    const detail = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; ");
    throw new Problem("INVALID_REQUEST", detail, { errors });
  }
  const request = found.data ?? (given as unknown as JobRequest);
  checkNames(request);
  return request;
}
