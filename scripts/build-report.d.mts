/** Where the page is. */
export const REPORT_PAGE: string;
/** Builds the page that shows a report if it is out of date. */
export function ensureReportPage(): Promise<void>;
