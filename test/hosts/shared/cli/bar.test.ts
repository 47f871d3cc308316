import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { terminalBars } from "../../../../hosts/shared/cli/bar.ts";

/** A terminal's error stream, and what was written to it. */
function terminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return { bars: terminalBars(stream, () => () => undefined), stream, text: () => text };
}

describe("bars on a terminal", () => {
  it("step aside for what is printed, and are drawn again below it", async () => {
    const { bars, stream, text } = terminal();
    const bar = bars.start("Calibration", 4);
    bar.update(1, 4);
    await new Promise((done) => setImmediate(done));
    const before = text().length;
    bars.aside(() => stream.write("acc: 98\n"));
    await new Promise((done) => setImmediate(done));
    bar.stop();
    // The line of the bar is cleared, and the bar comes after the text.
    const [cleared, after] = text().slice(before).split("acc: 98\n");
    expect(cleared).toBe("\r\u001b[K");
    expect(after).toMatch(/Calibration .*1\/4/);
  });

  it("are not drawn again when they have stopped", async () => {
    const { bars, stream, text } = terminal();
    bars.start("Calibration", 4).stop();
    await new Promise((done) => setImmediate(done));
    const before = text().length;
    bars.aside(() => stream.write("Model\n"));
    await new Promise((done) => setImmediate(done));
    expect(text().slice(before)).toBe("Model\n");
  });
});
