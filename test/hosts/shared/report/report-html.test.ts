import { describe, expect, it } from "vitest";
import { loadNodeReportPage } from "../../../../hosts/node/report-page.ts";
import { reportHtml } from "../../../../hosts/shared/report/report-html.ts";
import { madeReport } from "../../report/made-report.ts";

const HOSTILE = `</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> & \u2028\u2029 "'`;

describe("the HTML of a report", () => {
  it("holds the report, whatever its names are", async () => {
    const page = await loadNodeReportPage();
    const report = { ...madeReport(5), model: HOSTILE };
    const html = reportHtml(page, report);
    expect(html.startsWith(page.before) && html.endsWith(page.after)).toBe(true);
    const data = html.slice(page.before.length, html.length - page.after.length);
    expect(data).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(data)).toEqual(report);
  });

  it("loads nothing, by its own policy, and has no address in it", async () => {
    const { before, after } = await loadNodeReportPage();
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(before)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(before).not.toMatch(/(src|href)="(?!data:)/);
    // What is left are names of XML namespaces, which nobody asks for.
    const addresses = `${before}${after}`.match(/https?:\/\/[^"'`\s]+/g) ?? [];
    expect(addresses.filter((address) => !address.startsWith("http://www.w3.org/"))).toEqual([]);
  });
});
