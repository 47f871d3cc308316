import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../../../hosts/node/files.ts";
import { folderName } from "../../../../hosts/shared/quant/dump.ts";

const WINDOWS = /[\\:*?"<>|]/;

describe("folderName", () => {
  it.each([
    ["conv1", "conv1"],
    ["/layer1/conv", "%2Flayer1%2Fconv"],
    ["50%", "50%25"],
    ["a\tb", "a%09b"],
    ["层/1", "层%2F1"],
  ])("writes %j as %s", (layer, folder) => expect(folderName(layer, /(?!)/)).toBe(folder));

  it("replaces what Windows refuses as well, there", () => {
    expect(folderName("a:b\\c?", WINDOWS)).toBe("a%3Ab%5Cc%3F");
    expect(folderName("a:b\\c?", /(?!)/)).toBe("a:b\\c?");
  });

  it("can be turned back", () => {
    for (const layer of ["/a/b:0", "100%", "%2F", "αβγ / δ", ""]) {
      for (const reserved of [WINDOWS, nodeFiles.reserved]) {
        expect(decodeURIComponent(folderName(layer, reserved))).toBe(layer);
      }
    }
  });

  it("stays below what file systems take, in bytes, and cuts no character in two", () => {
    const name = folderName("层".repeat(200), /(?!)/);
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
    expect("层".repeat(200).startsWith(name)).toBe(true);
  });
});
