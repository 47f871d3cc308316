import { describe, expect, it } from "vitest";
import type { Backend } from "../../../core-ts/backend.ts";
import { backendChooser } from "../../../hosts/shared/backend-choice.ts";

function backend(name: string): Backend {
  return { name, createSession: () => Promise.reject(new Error("not needed here")) };
}

function chooser(missing?: string) {
  const log: string[] = [];
  const choose = backendChooser({
    async native(threads) {
      if (missing) throw new Error(missing);
      return backend(`native ${threads}`);
    },
    wasm: async (threads) => backend(`wasm ${threads}`),
  });
  return { log, choose: choose.bind(undefined, 2) };
}
const into = (log: string[]) => (level: string, message: string) => void log.push(`${level}: ${message}`);

describe("the choice of a runtime", () => {
  it("takes the native one where it can be loaded, the other when it is asked for", async () => {
    const { log, choose } = chooser();
    expect((await choose("auto", into(log))).name).toBe("native 2");
    expect((await choose("native", into(log))).name).toBe("native 2");
    expect((await choose("wasm", into(log))).name).toBe("wasm 2");
    expect(log).toEqual([]);
  });

  it("says in one line why it falls back", async () => {
    const { log, choose } = chooser("no such library\nRequire stack: ...");
    expect((await choose("auto", into(log))).name).toBe("wasm 2");
    expect(log).toEqual([
      "warning: onnxruntime-web is used, which is slower: onnxruntime-node can't be loaded: no such library",
    ]);
  });

  it("refuses the native one where it can't be loaded", async () => {
    const { log, choose } = chooser("no such library");
    await expect(choose("native", into(log))).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringMatching(/^--backend native: .*: no such library; give --backend wasm/),
    });
    expect(log).toEqual([]);
  });
});
