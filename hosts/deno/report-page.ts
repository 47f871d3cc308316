import { InternalError } from "../../core-ts/errors.ts";
import type { ReportPage } from "../shared/report/report-page.ts";

/** The report's page, imported as a module: that needs no permission to read. @throws InternalError when the build is missing. */
export async function loadDenoReportPage(): Promise<ReportPage> {
  try {
    return (await import("../../build/report-page.json", { with: { type: "json" } })).default;
  } catch (cause) {
    throw new InternalError(
      "the report's page is missing: build/report-page.json can't be loaded; run npm run build",
      { cause },
    );
  }
}
