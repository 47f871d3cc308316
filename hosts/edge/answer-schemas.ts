import { z } from "@hono/zod-openapi";

const finding = z
  .object({
    severity: z.enum(["error", "warning", "note"]),
    check: z.string(),
    place: z.string().openapi({ description: "A node, a value, a file; empty for the model as a whole" }),
    what: z.string(),
    remedy: z.string(),
  })
  .openapi("Finding");

/** A file in a JSON answer. */
const encodedFile = z
  .object({ name: z.string(), base64: z.string() })
  .openapi("File", { description: "A file, its bytes in base64" });

const layer = z.object({
  node: z.string(),
  op: z.string(),
  value: z.string(),
  cosine: z.number(),
  sqnrDb: z.number().nullable().openapi({ description: "In dB; null for a layer without any error" }),
  maxAbs: z.number(),
  bits: z.number(),
  scale: z.number(),
});

const figure = { name: z.string() };
const percent = z.number().openapi({ description: "In percent" });

const report = z
  .object({
    chip: z.string(),
    bits: z.number(),
    mode: z.string(),
    float: z.number().optional().openapi({
      description: "The infer function's result for the float model; absent where no model could be run",
    }),
    fixed: z.number().optional().openapi({ description: "The same for the quantized model" }),
    loss: z.number().optional().openapi({ description: "In percent; absent where the float result is 0" }),
    figures: z
      .array(z.object({ ...figure, float: percent, fixed: percent.optional() }))
      .openapi({ description: "What infer_common measured: top-1, top-5, mean average precision" }),
    calibration: z.string(),
    compared: z.string(),
    layers: z.array(layer),
    floatLayers: z.array(z.object({ node: z.string(), op: z.string(), reason: z.string() })),
    integerNodes: z.number(),
    warnings: z.array(z.string()),
    files: z.array(z.tuple([z.string(), z.string()])),
  })
  .openapi("Report");

const scale = z.object({ scale: z.number(), bits: z.number(), threshold: z.number() });
const place = z.object({
  node: z.string().optional(),
  value: z.string().optional(),
  file: z.string().optional(),
  option: z.string().optional(),
});

/** Bodies of JSON answers; also what the final event carries. */
export const ANSWERS = {
  quantize: z
    .object({
      model: encodedFile,
      scales: z.record(z.string(), scale),
      report,
      text: z.string().openapi({ description: "The summary that the command line prints" }),
      files: z.array(encodedFile).openapi({
        description:
          "Whatever else the run wrote; among it {name}_report.json, every layer's error and statistics, and {name}_report.html, the same as a page in one file",
      }),
    })
    .openapi("Quantized"),
  inspect: z.object({ findings: z.array(finding) }).openapi("Inspection"),
  infer: z
    .object({
      quantized: z.boolean(),
      result: z.number().openapi({ description: "What the infer function returned" }),
      figures: z.array(z.object({ ...figure, value: percent })),
      outputs: z
        .array(
          z.array(
            z.object({
              name: z.string(),
              dtype: z.string(),
              dims: z.array(z.number()),
              data: z.array(z.union([z.number(), z.string()])).openapi({
                description: "Row-major; NaN and infinities as text, and 64-bit integers beyond 2^53 too",
              }),
            }),
          ),
        )
        .openapi({ description: "By batch" }),
    })
    .openapi("Inference"),
  chips: z
    .object({
      chips: z.array(
        z.object({
          family: z.string(),
          example: z.string(),
          bitWidths: z.array(z.number()),
          mixedPrecision: z.boolean(),
          isDefault: z.boolean(),
        }),
      ),
    })
    .openapi("Chips"),
  health: z
    .object({
      status: z.literal("ok"),
      version: z.string(),
      inference: z.union([z.object({ runs: z.string() }), z.object({ missing: z.string() })]),
      working: z.number(),
      waiting: z.number(),
    })
    .openapi("Health"),
  problem: z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.number(),
      detail: z.string(),
      instance: z.string().openapi({ description: "The request's id" }),
      code: z.string(),
      where: place.optional(),
      errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    })
    .openapi("Problem"),
} as const;
