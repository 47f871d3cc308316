import { describe, expect, it } from "vitest";
import { Printed } from "../../../../hosts/shared/python/printed.ts";

const MARK = "\0knight-x\0";

function printed() {
  const shown: string[] = [];
  const stream = new Printed(MARK, (text) => shown.push(text));
  return { shown, push: (text: string) => stream.push(new TextEncoder().encode(text)), stream };
}

describe("what a script prints", () => {
  it("is shown in whole lines", () => {
    const { shown, push } = printed();
    push("acc");
    expect(shown).toEqual([]);
    push(": 1\nacc: 2\nacc");
    expect(shown).toEqual(["acc: 1\nacc: 2\n"]);
    push("\r 10 %\r 20 %");
    expect(shown.slice(1)).toEqual(["acc\r 10 %\r"]);
  });

  it("keeps letters whole whose bytes come apart", () => {
    const { shown, stream } = printed();
    for (const byte of new TextEncoder().encode("精度 1\n")) stream.push(Uint8Array.of(byte));
    expect(shown).toEqual(["精度 1\n"]);
  });

  it("is complete when the mark has come, in whatever pieces", async () => {
    const { shown, push, stream } = printed();
    let complete = false;
    const marked = stream.marked(1).then(() => {
      complete = true;
    });
    push(`no newline${MARK.slice(0, 4)}`);
    await Promise.resolve();
    expect([complete, shown]).toEqual([false, []]);
    push(`${MARK.slice(4)}next run\n`);
    await marked;
    expect(shown).toEqual(["no newline\n", "next run\n"]);
  });

  it("shows what is left at the end, and waits for no more marks", async () => {
    const { shown, push, stream } = printed();
    push("last words");
    stream.end();
    await stream.marked(7);
    expect(shown).toEqual(["last words\n"]);
  });
});
