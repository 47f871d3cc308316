import type { DType } from "../../../core-ts/tensor/dtype.ts";
import type { QuantSettings } from "../cli/settings.ts";
import type { Ports } from "../ports.ts";
import { loadPythonScript } from "../python/script-functions.ts";
import type { Conversions } from "./check-input.ts";
import type { RegisteredFunctions } from "./registry.ts";

/** A loaded user script. */
export interface OpenScript {
  readonly functions: RegisteredFunctions;
  readonly conversions?: Conversions;
  /** Ends what runs it. */
  close(): Promise<void>;
}

const inPython = (dtype: DType) => `data.astype(np.${dtype})`;

/** Loads the script of -uds, in whatever language it is. @throws ConfigError naming it. */
export async function openScript(
  ports: Ports,
  script: string | undefined,
  { source }: Pick<QuantSettings, "source">,
): Promise<OpenScript> {
  if (script === undefined) return { functions: new Map(), close: async () => undefined };
  if (!script.endsWith(".py"))
    return { functions: await ports.loadScript(script), close: async () => undefined };
  return { ...(await loadPythonScript(ports, script, source.python)), conversions: inPython };
}
