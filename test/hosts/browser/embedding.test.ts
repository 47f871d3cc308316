import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { BROWSER, ensureBrowserBuilt } from "../../../scripts/build-browser.mjs";
import { servePage } from "../../../scripts/serve-page.mjs";
import { startChromium, whyNoChromium } from "../../support/chromium.ts";
import { PATIENCE } from "./browser-page.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Inside the project, so that the package's own name means what package.json exports. */
const SCRATCH = join(ROOT, "build", "embedding");
const missing = whyNoChromium();

function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: SCRATCH, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

describe("a project that uses the module", PATIENCE, () => {
  beforeAll(async () => {
    await ensureBrowserBuilt();
    rmSync(SCRATCH, { recursive: true, force: true });
    mkdirSync(SCRATCH, { recursive: true });
  }, PATIENCE.timeout);

  it("is told the types of docs/browser.md's examples", () => {
    const page = readFileSync(join(ROOT, "docs", "browser.md"), "utf8");
    const examples = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);
    expect(examples.length).toBeGreaterThan(1);
    const files = examples.map((code, i) => {
      writeFileSync(join(SCRATCH, `example${i}.ts`), code);
      return `example${i}.ts`;
    });
    const wrong =
      'import { quantize } from "knight-quant/browser";\nconst text: string = await quantize(5);\n';
    writeFileSync(join(SCRATCH, "wrong.ts"), wrong);
    const compilerOptions = {
      ...{
        target: "ES2022",
        module: "ESNext",
        moduleResolution: "Bundler",
        lib: ["ES2023", "DOM", "DOM.Iterable"],
      },
      ...{ strict: true, noEmit: true, types: [], skipLibCheck: true },
    };
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const check = (named: readonly string[]) => {
      writeFileSync(join(SCRATCH, "tsconfig.json"), JSON.stringify({ compilerOptions, files: named }));
      return run(tsc, "-p", ".");
    };
    expect(check(files)).toBe("");
    expect(check(["wrong.ts"])).toMatch(/QuantizeResult[\s\S]*Argument of type 'number'/);
  });

  it.skipIf(missing)(
    `gets worker, kernels and ONNX Runtime from Vite${missing ? `: ${missing}` : ""}`,
    async () => {
      writeFileSync(
        join(SCRATCH, "index.html"),
        '<!doctype html><title>x</title><script type="module" src="./main.js"></script>',
      );
      const program = `import { quantize } from "knight-quant/browser";
      window.quantized = fetch("digits.onnx").then((response) => response.blob())
        .then((model) => quantize(model)).then(({ report }) => report.fixed, String);`;
      writeFileSync(join(SCRATCH, "main.js"), program);
      const config =
        'export default { base: "./", build: { target: "es2022" }, worker: { format: "es" }, logLevel: "error" };';
      writeFileSync(join(SCRATCH, "vite.config.mjs"), config);
      expect(run(join(ROOT, "node_modules", "vite", "bin", "vite.js"), "build")).toBe("");
      copyFileSync(join(BROWSER, "demo", "digits.onnx"), join(SCRATCH, "dist", "digits.onnx"));
      const site = await servePage({ port: 0, root: join(SCRATCH, "dist") });
      const browser = await startChromium();
      try {
        const page = await browser.newPage();
        await page.goto(site.url);
        expect(await page.evaluate("window.quantized")).toBeGreaterThan(0.99);
      } finally {
        await browser.close();
        await site.close();
      }
    },
  );
});
