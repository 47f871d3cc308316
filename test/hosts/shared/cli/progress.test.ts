import { describe, expect, it } from "vitest";
import { createLog } from "../../../../hosts/shared/cli/log.ts";
import { startProgress } from "../../../../hosts/shared/cli/progress.ts";
import { recordingPorts } from "../../../support/command.ts";

describe("startProgress", () => {
  it("writes plain lines with the time left when there is no terminal, not too often", () => {
    let now = 0;
    const { ports, out, err } = recordingPorts({ now: () => now });
    const progress = startProgress(ports, "Calibration", 20);
    for (let i = 0; i < 20; i++) {
      now += 1000;
      progress.step();
    }
    progress.stop();
    expect(err().split("\n")).toEqual([
      "Calibration 5/20, about 15 s left",
      "Calibration 10/20, about 10 s left",
      "Calibration 15/20, about 5.0 s left",
      "Calibration 20 batches in 20 s",
      "",
    ]);
    expect(out()).toBe("");
  });

  it("drives a bar on a terminal and lets the total grow with a pass that is longer than said", () => {
    const calls: unknown[] = [];
    const { ports } = recordingPorts({
      startBar: (label, total) => {
        calls.push([label, total]);
        return { update: (done, all) => void calls.push([done, all]), stop: () => void calls.push("stop") };
      },
    });
    const progress = startProgress(
      { ...ports, terminal: { ...ports.terminal, errIsTerminal: true } },
      "Evaluation",
      1,
    );
    progress.step();
    progress.step();
    progress.stop();
    expect(calls).toEqual([["Evaluation", 1], [1, 1], [2, 2], "stop"]);
  });
});

describe("createLog", () => {
  it("writes what is at or above the level, to the error stream", () => {
    for (const [level, expected] of [
      [0, "[DEBUG] d\n[INFO] i\n[WARNING] w\n[ERROR] e\n"],
      [1, "[INFO] i\n[WARNING] w\n[ERROR] e\n"],
      [2, "[WARNING] w\n[ERROR] e\n"],
      [3, "[ERROR] e\n"],
    ] as const) {
      const { ports, out, err } = recordingPorts();
      const log = createLog(ports.terminal, level);
      log("debug", "d");
      log("info", "i");
      log("warning", "w");
      log("error", "e");
      expect(err()).toBe(expected);
      expect(out()).toBe("");
    }
  });
});
