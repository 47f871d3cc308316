import { useEffect, useState } from "preact/hooks";
import { AbortedError, type Finding, inspect } from "../index.ts";
import type { Inputs } from "./inputs.tsx";
import type { OptionValues } from "./settings.tsx";

export type Findings =
  | { readonly kind: "none" | "running" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "found"; readonly findings: readonly Finding[] };

/** What the doctor says of the model, for the chip and the width that are chosen. */
export function useFindings({ model, companions }: Inputs, values: OptionValues): Findings {
  const [state, setState] = useState<Findings>({ kind: "none" });
  const { chip, "bit-width": bits } = values;
  useEffect(() => {
    if (!model) return setState({ kind: "none" });
    const controller = new AbortController();
    const options = { ...(chip ? { chip } : {}), ...(bits ? { "bit-width": bits } : {}) };
    setState({ kind: "running" });
    inspect(model, { companions, options, signal: controller.signal }).then(
      (findings) => setState({ kind: "found", findings }),
      (error: unknown) => {
        if (!(error instanceof AbortedError)) setState({ kind: "failed", error });
      },
    );
    return () => controller.abort();
  }, [model, companions, chip, bits]);
  return state;
}
