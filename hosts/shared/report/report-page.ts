/** The report's page without its data, as scripts/build-report.mjs makes it: HTML around the place of the JSON. */
export interface ReportPage {
  readonly before: string;
  readonly after: string;
}
