import Table from "cli-table3";
import { DEFAULT_CHIP, FAMILIES, findChip } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { nearest } from "../cli/nearest.ts";
import { listChips } from "../job/chips.ts";
import type { Ports } from "../ports.ts";

const HELP = `Usage: Knight chips [--json]

Lists the chip families that --chip takes a model name of: bit widths, whether 8 and 16 bit may be mixed in a model, and whether values that can't be
negative are stored unsigned. --json: one JSON array with the same.
`;

function table(): string {
  const rows = new Table({
    head: ["Family", "For instance", "Bits", "Mixed", "Unsigned"],
    style: { head: [], border: [], compact: true },
  });
  const yes = (is: boolean) => (is ? "yes" : "no");
  for (const { family, example, bitWidths, mixedPrecision, unsignedActivations } of FAMILIES)
    rows.push([family, example, bitWidths.join(", "), yes(mixedPrecision), yes(unsignedActivations)]);
  return rows.toString();
}

/** Knight chips. @throws ConfigError for words it does not know. */
export function runChips(words: readonly string[], { terminal }: Pick<Ports, "terminal">): number {
  const known = ["--json", "--help", "-h"];
  const odd = words.find((word) => !known.includes(word));
  if (odd !== undefined) {
    const hint = nearest(odd, known);
    throw new ConfigError(
      `Knight chips: unknown "${odd}"; ${hint ? `did you mean ${hint}?` : "it takes only --json"}`,
      {
        option: odd,
      },
    );
  }
  if (words.includes("--help") || words.includes("-h")) terminal.out(HELP);
  else if (words.includes("--json")) terminal.out(`${JSON.stringify(listChips(), null, 2)}\n`);
  else
    terminal.out(
      `${table()}\nx in a family's name stands for a letter or nothing. Without --chip: ${DEFAULT_CHIP} (${findChip(DEFAULT_CHIP).family}).\n`,
    );
  return 0;
}
