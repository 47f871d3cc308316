import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeDefaults } from "../../../hosts/node/defaults.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "knight-defaults-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe.skipIf(process.platform === "win32")(
  "the user's defaults on Node (XDG folders, so not on Windows)",
  () => {
    it("are absent at first, then what was stored last, in one file", async () => {
      const defaults = nodeDefaults({ XDG_CONFIG_HOME: join(home, "config") });
      expect(await defaults.chip()).toBeUndefined();
      await defaults.storeChip("TX5105C");
      await defaults.storeChip("generic");
      expect(await defaults.chip()).toBe("generic");
      expect(defaults.place).toBe(join(home, "config", "knight-quant", "defaults.json"));
      expect(readdirSync(join(home, "config", "knight-quant"))).toEqual(["defaults.json"]);
      expect(JSON.parse(readFileSync(defaults.place, "utf8"))).toEqual({ chip: "generic" });
    });

    it("ignore a XDG_CONFIG_HOME that is not absolute", () => {
      expect(nodeDefaults({ XDG_CONFIG_HOME: "config" }).place).toMatch(/\.config[/\\]knight-quant/);
    });

    it.each(["{", "[]x", "null", '{"chip": 5}'])(
      "say that %j is no settings file, and what to do",
      async (text) => {
        const defaults = nodeDefaults({ XDG_CONFIG_HOME: home });
        mkdirSync(join(home, "knight-quant"));
        writeFileSync(defaults.place, text);
        await expect(defaults.chip()).rejects.toThrow(
          /is damaged.*store a chip again with Knight --default-chip/,
        );
        await defaults.storeChip("TX5105C");
        expect(await defaults.chip()).toBe("TX5105C");
      },
    );

    it("say why they can't be stored, and leave nothing behind", async () => {
      writeFileSync(join(home, "file"), "");
      const defaults = nodeDefaults({ XDG_CONFIG_HOME: join(home, "file") });
      await expect(defaults.storeChip("TX5105C")).rejects.toThrow(
        /can't be written: a part of the path is a file/,
      );
      expect(readdirSync(home)).toEqual(["file"]);
    });
  },
);
