import { FLOAT_REASONS } from "../../core-ts/ops/float-only.ts";
import { OPS } from "../../core-ts/ops/index.ts";
import type { OpRecord } from "../../core-ts/ops/record.ts";

const OUTPUT = {
  own: "a scale of its own",
  shared: "its input's",
  first: "its first input's",
  index: "none: an index or a truth value",
} as const;

const NEIGHBOURS = {
  bound: "producers and readers have its width (rules 5, 8)",
  unmixed: "not mixed (rule 6)",
} as const;

function notes({ conditions = [], neighbours, joins }: OpRecord): string {
  const joined = { values: "joins values", sums: "adds values" } as const;
  const parts = [
    ...conditions,
    ...(neighbours ? [NEIGHBOURS[neighbours]] : []),
    ...(joins ? [`${joined[joins]}: see unlike ranges below`] : []),
  ];
  return parts.join("; ");
}

function row(op: string, record: OpRecord): string {
  return `| ${op} | yes | yes | ${OUTPUT[record.output]} | ${notes(record)} |`;
}

/** docs/operators.md, made from the op records. */
export function operatorsPage(): string {
  const rows = Object.entries(OPS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, record]) => row(op, record));
  const software = Object.entries(FLOAT_REASONS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, reason]) => `| ${op} | ${reason} |`);
  return `# Operators

Made from the op records of \`core-ts/ops\` by \`npx vitest run test/repo/operators.test.ts -u\`; a test fails when it is out of date.

An op of this table becomes integer when its data inputs are float32 with known shapes and the conditions hold; else the node stays float between a dequantize and
a quantize (a software layer), and the report gives the condition that failed as the reason. The patterns in which exporters write an op of the table (Gelu by Erf, LayerNormalization by
ReduceMean, x·Sigmoid(x), ...) are recognised before. The manual and the vendor's public papers state no limits of kernel, stride or channels for any chip, so none are checked; families differ in bit widths,
mixed precision and unsigned activations: \`Knight chips\`.

| op | 8 bit | 16 bit | scale of the output | conditions |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

Software layers, whatever the width:

| op | stays float, since |
| --- | --- |
${software.join("\n")}

Every other op stays float as well, with "has no integer form" as the reason.

## Unlike ranges

Where an op joins values and one input's range is more than 8 times smaller than the output's (8 bit; 2048 times at 16 bit), that input would keep fewer than 16 steps. At the end of the model, where nothing computes
with the result, the op and what moves its result stay float: every branch leaves on its own scale. Elsewhere a warning names the branch and proposes 16 bit for the node.
`;
}
