import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { readArgv } from "../../../../hosts/shared/cli/argv.ts";
import { parseQuant } from "../../../../hosts/shared/cli/command.ts";
import { type Changes, commandText, givenWords } from "../../../../hosts/shared/report/command-line.ts";

function text(argv: readonly string[], changes: Changes = {}): string {
  return commandText("generic", givenWords(parseQuant(readArgv(["quant", ...argv]))), changes);
}

describe("the command line of a report", () => {
  it("says what was given, with the manual's short names", () => {
    expect(text(["--model", "net.onnx", "--bit-width=16", "-od", "-i", "4"])).toBe(
      "Knight --chip generic quant -m net.onnx -i 4 -b 16 -od",
    );
  });

  it("sets, adds and drops options", () => {
    expect(
      text(["-m", "a.onnx", "-lsj", "s.json", "-i", "2"], {
        set: { iteration: ["8"], dump: [] },
        drop: ["load-scale-json"],
      }),
    ).toBe("Knight --chip generic quant -m a.onnx -i 8 -du");
  });

  it.each([
    ["quotes, blanks and dollars", ["-m", "it's a $HOME `x`.onnx", "-s", "a b"]],
    [
      "several values and such below zero",
      ["-m", "a.onnx", "--mean", "-1", "0.5", "--std", "2", "-i", "1", "2"],
    ],
    [
      "shapes of several inputs",
      ["-m", "a.prototxt", "-f", "caffe", "-is", "1", "3", "8", "8", "-is", "-1", "4"],
    ],
    ["names that look like options", ["-m", "a.onnx", "-on=-x"]],
  ])("comes back from a shell as it was: %s", (_, argv) => {
    const before = parseQuant(readArgv(["quant", ...argv])).values;
    const line = text(argv);
    const words = execFileSync("sh", ["-c", `printf '%s\\0' ${line.replace("Knight --chip generic", "")}`], {
      encoding: "utf8",
    });
    expect(parseQuant(readArgv(words.split("\0").slice(0, -1))).values).toEqual(before);
  });
});
