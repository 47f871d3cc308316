import { describe, expect, it } from "vitest";
import { sourcesUnder } from "../../architecture/sources.ts";

/** What one runtime has and another lacks; the hosts hand such things in as ports. */
const ONE_RUNTIME =
  /from "node:|import\("node:|from "onnxruntime-(node|web)|\b(process|Deno|Buffer|Bun)\.|\bconsole\./;

describe("hosts/shared", () => {
  it("depends on no runtime", () => {
    const sources = sourcesUnder("hosts/shared");
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter(({ text }) => ONE_RUNTIME.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("would be found out otherwise", () => {
    for (const line of [
      'import { join } from "node:path";',
      "process.exit(1)",
      'import * as o from "onnxruntime-node";',
    ])
      expect(ONE_RUNTIME.test(line)).toBe(true);
  });
});
