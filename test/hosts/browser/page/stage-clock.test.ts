import { describe, expect, it } from "vitest";
import { stageClock } from "../../../../hosts/browser/page/stage-clock.ts";

describe("stageClock", () => {
  it("tells the time left from the speed of the stage so far", () => {
    let now = 1000;
    const stageOf = stageClock(() => now);
    const at = (time: number, label: string, done: number) => {
      now = time;
      return stageOf({ kind: "progress", label, done, total: 10 }).leftMs;
    };
    expect(at(1000, "Calibration", 0)).toBeUndefined();
    expect(at(1200, "Calibration", 2)).toBe(800);
    expect(at(2000, "Calibration", 10)).toBe(0);
    // A new stage has a speed of its own, also one of the same name.
    expect(at(3000, "Evaluation", 0)).toBeUndefined();
    expect(at(3500, "Evaluation", 1)).toBe(4500);
    expect(at(9000, "Evaluation", 0)).toBeUndefined();
    expect(at(9010, "Evaluation", 1)).toBe(90);
  });

  it("knows no negative time where a pass turned out longer", () => {
    let now = 0;
    const stageOf = stageClock(() => now);
    stageOf({ kind: "progress", label: "a", done: 0, total: 2 });
    now = 30;
    expect(stageOf({ kind: "progress", label: "a", done: 3, total: 2 }).leftMs).toBe(0);
  });
});
