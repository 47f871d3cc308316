import { z } from "@hono/zod-openapi";
import { type JobOption, jobOptions } from "../shared/job/index.ts";

/** "integer from 8 to 12", "8 | 16": what an option takes, in words. */
function expectation({ schema, many }: JobOption): string {
  const values = "enum" in schema && schema.enum ? schema.enum.join(" | ") : schema.type;
  return `expected ${values}${many ? ", or an array of such" : ""}`;
}

function valueType(option: JobOption) {
  const { schema } = option;
  const one = z.fromJSONSchema(
    "enum" in schema && schema.enum ? { enum: [...schema.enum] } : { ...schema, enum: undefined },
  );
  // A run-config may hold every value as text, several in one string, and null for none: the command's own reader has the last word.
  const forms = option.many ? [one, z.array(one), z.string()] : [one, z.string()];
  return z
    .union(forms, { error: expectation(option) })
    .nullable()
    .optional()
    .openapi({
      description: option.help,
      ...(option.fallback === undefined ? {} : { default: option.fallback }),
    });
}

const inputConfig = z.record(z.string(), z.unknown());

/** The options of a job as a schema: the table behind the command line, one property an option. */
export function optionsSchema() {
  const properties = Object.fromEntries(jobOptions().map((option) => [option.long, valueType(option)]));
  return z
    .strictObject({
      ...properties,
      "input-configs": z.union([inputConfig, z.array(inputConfig)]).optional(),
    })
    .openapi("Options", {
      description: 'The "quant" section of a run-config: long option names without dashes.',
    });
}
