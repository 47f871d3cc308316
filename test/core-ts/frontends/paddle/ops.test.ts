import { describe, it } from "vitest";
import { expectRecorded, recordedCases } from "./recorded.ts";

/** Two float32 runtimes sum in different order. */
const TOLERANCE = 1e-4;

describe("ops and small nets answer as PaddlePaddle does", () => {
  for (const [name, found] of recordedCases("cases.npz")) {
    it(name, () => expectRecorded(found, TOLERANCE));
  }
});

describe("ops and small nets of Paddle 3's .json answer as PaddlePaddle does", () => {
  for (const [name, found] of recordedCases("cases-pir.npz")) {
    it(name, () => expectRecorded(found, TOLERANCE, "net.json"));
  }
});
