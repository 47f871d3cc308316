import { expect } from "vitest";
import { ANSWERS } from "../../../hosts/edge/answer-schemas.ts";
import { createApp, type LogLine } from "../../../hosts/edge/app.ts";
import { type EdgeConfig, readConfig } from "../../../hosts/edge/config.ts";
import type { EdgeJobs } from "../../../hosts/edge/jobs.ts";
import type { QuantizeResult } from "../../../hosts/shared/job/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A result with a model of three bytes and a name beyond ASCII. */
export const QUANTIZED: QuantizeResult = {
  model: { name: "größe_quantize.onnx", bytes: Uint8Array.of(0, 255, 13) },
  scales: { x: { scale: 0.5, bits: 8, threshold: 63.5 } },
  files: [{ name: "steps/optimized_float.onnx", bytes: bytes("float") }],
  report: {
    chip: "TX5368AV200",
    bits: 8,
    mode: "kl",
    float: 1,
    fixed: 0.875,
    loss: 12.5,
    figures: [],
    calibration: "4 samples",
    compared: "all batches",
    layers: [
      {
        node: "conv",
        op: "Conv",
        value: "y",
        cosine: 1,
        sqnrDb: Number.POSITIVE_INFINITY,
        maxAbs: 0,
        bits: 8,
        scale: 1,
      },
    ],
    floatLayers: [{ node: "n", op: "NonZero", reason: "r" }],
    integerNodes: 3,
    warnings: ["w"],
    files: [["größe_quantize.onnx", "the quantized model"]],
  },
  text: "summary",
};

/** Jobs that do what a test says; quantize answers QUANTIZED after one event of each kind unless it is replaced. */
export function fakeJobs(replaced: Partial<EdgeJobs> = {}): EdgeJobs {
  return {
    inference: { runs: "nothing" },
    async quantize(_request, { onEvent }) {
      onEvent({ kind: "progress", label: "Calibration", done: 1, total: 2 });
      onEvent({ kind: "log", level: "info", message: "a line\nand another" });
      return QUANTIZED;
    },
    inspect: async () => [
      { severity: "warning", check: "c", place: "node", what: "w", remedy: "r" } as const,
    ],
    infer: async () => ({
      quantized: false,
      result: 50,
      figures: [{ name: "top-1", value: 50 }],
      batches: [
        new Map([
          ["y", { dtype: "float32", dims: [2], data: Float32Array.of(1.5, Number.NaN) }],
          ["n", { dtype: "int64", dims: [2], data: BigInt64Array.of(7n, 2n ** 60n) }],
        ]),
      ],
    }),
    ...replaced,
  };
}

/** The app on fake jobs, and what it logs. */
export function fakeApp(jobs: EdgeJobs = fakeJobs(), config: Partial<EdgeConfig> = {}) {
  const lines: LogLine[] = [];
  let clock = 0;
  const parts = { jobs, version: "1.2.3", now: () => clock++, log: (line: LogLine) => void lines.push(line) };
  return { app: createApp(parts, { ...readConfig({}), ...config }), lines };
}

type FormFields = Readonly<
  Record<string, string | readonly (readonly [name: string, content: Uint8Array])[]>
>;

/** A multipart body: texts, and files by field. */
export function formOf(fields: FormFields): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(field, value);
    else
      for (const [name, content] of value)
        form.append(field, new Blob([content as Uint8Array<ArrayBuffer>]), name);
  }
  return form;
}

export const MODEL = [["größe.onnx", Uint8Array.of(1, 2, 3)]] as const;
export const post = (fields: FormFields = { model: MODEL }, headers: Record<string, string> = {}) => ({
  method: "POST",
  body: formOf(fields),
  headers,
});

/** The problem document of an answer, checked against its schema and against the answer's own status and id. */
export async function problem(response: Response): Promise<ReturnType<(typeof ANSWERS)["problem"]["parse"]>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const document = ANSWERS.problem.strict().parse(await response.json());
  expect(document.status).toBe(response.status);
  expect(document.instance).toBe(response.headers.get("x-request-id"));
  return document;
}
