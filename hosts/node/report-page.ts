import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InternalError } from "../../core-ts/errors.ts";
import type { ReportPage } from "../shared/report/report-page.ts";
import { packageRoot } from "./package-root.ts";

/** The report's page. @throws InternalError when the build is missing. */
export async function loadNodeReportPage(): Promise<ReportPage> {
  const file = join(packageRoot(), "build", "report-page.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as ReportPage;
  } catch (cause) {
    throw new InternalError(`the report's page is missing: ${file} can't be read; run npm run build`, {
      file,
      cause,
    });
  }
}
