import { describe, expect, it } from "vitest";
import type { UserDefaults } from "../../../../hosts/shared/ports.ts";
import { knight } from "../../../support/command.ts";

/** Defaults kept in memory. */
function defaultsWith(chip?: string): UserDefaults {
  let stored = chip;
  return {
    place: "/home/user/defaults.json",
    chip: async () => stored,
    async storeChip(name) {
      stored = name;
    },
  };
}

describe("Knight --default-chip", () => {
  it("stores a chip, says where, and shows it in the help of later runs", async () => {
    const defaults = defaultsWith();
    expect((await knight(["-h"], { defaults })).out).toContain("(default: TX5368AV200)");
    const outcome = await knight(["--default-chip", "TX5105C"], { defaults });
    expect(outcome).toMatchObject({ code: 0, err: "" });
    expect(outcome.out).toBe(
      "TX5105C (TX510x) is the default chip now, stored in /home/user/defaults.json\n",
    );
    expect((await knight(["-h"], { defaults })).out).toContain("(default: TX5105C)");
    expect((await knight(["quant", "-h"], { defaults })).out).toContain("(default: TX5105C)");
  });

  it("is what a run without --chip takes, and --chip beats it", async () => {
    const defaults = defaultsWith("TX5105C");
    const wide = ["quant", "-m", "absent.onnx", "-b", "16"];
    expect((await knight(wide, { defaults })).err).toContain(
      "chip TX5105C (TX510x) has no 16-bit arithmetic",
    );
    expect((await knight([...wide, "--chip", "TX5368AV200"], { defaults })).err).toContain(
      "absent.onnx can't be read",
    );
  });

  it.each([
    [["--default-chip", "TX9999"], 'unknown chip "TX9999"; known families'],
    [["--default-chip", "TX5105C", "quant", "-m", "x"], "give it alone, or --chip TX5105C for this run"],
    [["--default-chip", "TX5105C", "--chip", "generic"], "give it alone"],
  ])("refuses %j", async (args, message) => {
    const defaults = defaultsWith();
    const { code, err } = await knight(args, { defaults });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(await defaults.chip()).toBeUndefined();
  });

  it("says what to do about a stored chip that is unknown", async () => {
    const { code, err } = await knight(["quant", "-m", "x"], { defaults: defaultsWith("TX1") });
    expect(code).toBe(2);
    expect(err).toMatch(
      /stored in \/home\/user\/defaults\.json is not usable.*store another with Knight --default-chip CHIP/,
    );
  });
});
