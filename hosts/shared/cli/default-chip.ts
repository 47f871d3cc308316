import { DEFAULT_CHIP, findChip } from "../../../core-ts/chips/index.ts";
import { ConfigError, reasonOf } from "../../../core-ts/errors.ts";
import type { Ports } from "../ports.ts";
import type { Arguments } from "./argv.ts";

const OPTION = "--default-chip";

/** `Knight --default-chip CHIP`: stores the chip that is used when no --chip is given. @throws ConfigError for an unknown chip. */
export async function storeDefaultChip(args: Arguments, chip: string, ports: Ports): Promise<void> {
  if (args.command !== undefined || args.chip !== undefined || args.options.length > 0) {
    throw new ConfigError(
      `${OPTION} stores a chip for later and does nothing else: give it alone, or --chip ${chip} for this run`,
      { option: OPTION },
    );
  }
  const { name, family } = findChip(chip);
  await ports.defaults.storeChip(name);
  ports.terminal.out(`${name} (${family}) is the default chip now, stored in ${ports.defaults.place}\n`);
}

/** The chip when no --chip is given: what the user has stored, or the manual's. @throws ConfigError for a stored one that is unknown. */
export async function defaultChip({ defaults }: Ports): Promise<string> {
  const stored = await defaults.chip();
  if (stored === undefined) return DEFAULT_CHIP;
  try {
    return findChip(stored).name;
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ConfigError(
      `the default chip stored in ${defaults.place} is not usable: ${reason}; store another with Knight ${OPTION} CHIP`,
      { option: OPTION, cause },
    );
  }
}
