import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchReader } from "../../../hosts/edge/reader-watch.ts";

describe("watchReader", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watched() {
    const reading = { waiting: 0, taken: 0 };
    const gone = vi.fn();
    return { reading, gone, stop: watchReader(() => reading, 1000, gone) };
  }

  it("calls once when something waits and nothing is taken", () => {
    const { reading, gone } = watched();
    reading.waiting = 3;
    vi.advanceTimersByTime(900);
    expect(gone).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(gone).toHaveBeenCalledTimes(1);
  });

  it("bears a slow reader, and one that has nothing to read", () => {
    const { reading, gone } = watched();
    vi.advanceTimersByTime(5000);
    reading.waiting = 3;
    for (let i = 0; i < 10; i++) {
      reading.taken++;
      vi.advanceTimersByTime(800);
    }
    expect(gone).not.toHaveBeenCalled();
  });

  it("is silent once it is stopped", () => {
    const { reading, gone, stop } = watched();
    reading.waiting = 3;
    vi.advanceTimersByTime(500);
    stop();
    vi.advanceTimersByTime(5000);
    expect(gone).not.toHaveBeenCalled();
  });
});
