import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Report, ReportLayer } from "../../core-ts/report/report.ts";
import type { Choice, Choices } from "./choices.ts";

/** What all parts of the page look at. */
export interface View {
  readonly report: Report;
  readonly selected: ReportLayer | undefined;
  select(layer: ReportLayer): void;
  readonly choices: Choices;
  choose(layer: ReportLayer, choice: Choice): void;
  clear(): void;
}

export const ViewContext = createContext<View | undefined>(undefined);

export function useView(): View {
  return useContext(ViewContext)!;
}
