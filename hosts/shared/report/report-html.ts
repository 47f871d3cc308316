import type { Report } from "../../../core-ts/report/report.ts";
import type { ReportPage } from "./report-page.ts";

/**
 * JSON that can stand in an HTML script element: nothing in it ends the element or opens a comment, whatever a model calls
 * its nodes. U+2028 and U+2029 end lines in old JavaScript.
 */
function embedded(report: Report): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(report).replace(/[<>&\u2028\u2029]/g, escaped);
}

/** One self-contained file: the page and the report it shows. */
export function reportHtml({ before, after }: ReportPage, report: Report): string {
  return `${before}${embedded(report)}${after}`;
}
