import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runDemo } from "../../../../hosts/shared/cli/run-demo.ts";
import { knight, recordingPorts } from "../../../support/command.ts";

const DEMO = fileURLToPath(new URL("../../../../examples/digits", import.meta.url));

describe("Knight demo", () => {
  it("quantizes, then measures both models by the same script, which is loaded once", async () => {
    const lines: string[] = [];
    let loads = 0;
    const { ports, out } = recordingPorts({
      demoFolder: DEMO,
      async loadScript() {
        loads++;
        return new Map();
      },
    });
    await runDemo(["-b", "16"], ports, async (argv, { loadScript }) => {
      lines.push(argv.join(" "));
      await loadScript("infer_digits.ts");
    });
    expect(loads).toBe(1);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^quant -m \S+digits\.onnx .* -b 16 --save-dir TS-KnightOutput\/digits$/);
    expect(lines[1]).toMatch(/^quant -m \S+digits\.onnx -r infer .*test_images\.npy -bs 1 -i 500$/);
    expect(lines[2]).toMatch(/^quant -m TS-KnightOutput\/digits\/digits_quantize\.onnx -r infer /);
    for (const line of lines) expect(out()).toContain(`$ Knight ${line}\n`);
  });

  it("has a help text, and says where it has no example", async () => {
    expect((await knight(["demo", "-h"], { demoFolder: DEMO })).out).toContain("Usage: Knight demo");
    const { code, err } = await knight(["demo"]);
    expect(code).toBe(2);
    expect(err).toContain("run it in the project's folder");
  });
});
