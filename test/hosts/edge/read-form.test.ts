import { describe, expect, it } from "vitest";
import { Problem } from "../../../hosts/edge/problem.ts";
import { readForm } from "../../../hosts/edge/read-form.ts";
import { random } from "../../support/numbers.ts";

const LIMITS = { maxBody: 10_000, maxParts: 5 };
const never = new AbortController().signal;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A request whose body comes in pieces, as from a socket, without a Content-Length. */
function request(pieces: readonly Uint8Array[], headers: Record<string, string>): Request {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
  return new Request("http://x/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
}

const TYPE = { "Content-Type": "multipart/form-data; boundary=XX" };
const bytesOf = (body: string) => Uint8Array.from(body, (c) => c.charCodeAt(0));
const part = (head: string, content: string) =>
  `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
const form = (...parts: string[]) => `${parts.join("")}--XX--\r\n`;
const read = (body: string, limits = LIMITS) => readForm(request([bytesOf(body)], TYPE), limits, never);

async function problem(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
}

describe("readForm", () => {
  it("reads what FormData writes: files in their order, texts", async () => {
    const data = new FormData();
    data.append("data", new Blob([new Uint8Array([13, 10, 45, 45, 0])]), "b.npy");
    data.append("options", "{}");
    data.append("data", new Blob(["second"]), 'a "quoted".npy');
    const found = await readForm(new Request("http://x/", { method: "POST", body: data }), LIMITS, never);
    expect(found.texts).toEqual(new Map([["options", "{}"]]));
    const files = found.files.get("data")!;
    expect(files.map(({ name }) => name)).toEqual(["b.npy", expect.stringMatching(/^a .*quoted.*\.npy$/)]);
    expect([...files[0]!.bytes]).toEqual([13, 10, 45, 45, 0]);
    expect(text(files[1]!.bytes)).toBe("second");
  });

  it("gives the same wherever the body is cut into pieces, with an epilogue too", async () => {
    const body = bytesOf(
      `${form(part('name="model"; filename="m"', "--X\r\n--XY\r\n"), part('name="o"', "t"))}epilogue`,
    );
    const next = random(3);
    for (let round = 0; round < 60; round++) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < body.length; ) {
        const length = 1 + Math.floor(next() * (round < 5 ? 1 : 40));
        pieces.push(body.slice(at, at + length));
        at += length;
      }
      const found = await readForm(request(pieces, TYPE), LIMITS, never);
      expect(text(found.files.get("model")![0]!.bytes)).toBe("--X\r\n--XY\r\n");
      expect(found.texts.get("o")).toBe("t");
    }
  });

  it("stops reading a body that is too large, without a length as well", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1000));
      },
    });
    const init = { method: "POST", body, headers: TYPE, duplex: "half" } as RequestInit;
    // Nothing of a part: the parser waits for its first header.
    const first = bytesOf(`--XX\r\nContent-Disposition: form-data; name="model"; filename="m"\r\n\r\n`);
    const whole = new Request("http://x/", init);
    expect((await problem(readForm(whole, LIMITS, never))).code).toBe("BAD_REQUEST");
    const pieces = [first, ...Array.from({ length: 100 }, () => new Uint8Array(1000))];
    expect(await problem(readForm(request(pieces, TYPE), LIMITS, never))).toMatchObject({
      code: "BODY_TOO_LARGE",
      status: 413,
    });
    expect(pulled).toBeLessThan(20);
  });

  it("refuses a length that is said to be too large before it reads", async () => {
    const said = request([], { ...TYPE, "Content-Length": "10001" });
    expect((await problem(readForm(said, LIMITS, never))).status).toBe(413);
  });

  it.each<[string, string]>([
    ["no part", "nothing"],
    ["cut off", part('name="a"', "x").slice(0, -4)],
    ["no end", part('name="a"', "x")],
    ["no name", form("--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n")],
    ["a text twice", form(part('name="a"', "1"), part('name="a"', "2"))],
    ["a text that is no UTF-8", form(part('name="a"', "\xff\xfe"))],
    ["a header that is no UTF-8", form(part('name="\xff"', "1"))],
    ["a header without end", `--XX\r\n${"A: b\r\n".repeat(1500)}`],
  ])("answers 400 to a malformed body: %s", async (_, body) => {
    expect(await problem(read(body))).toMatchObject({ code: "BAD_REQUEST", status: 400 });
  });

  it("counts parts", async () => {
    const parts = Array.from({ length: 6 }, (_, i) => part(`name="a${i}"`, "x"));
    expect(await problem(read(form(...parts)))).toMatchObject({ code: "LIMIT", status: 422 });
    expect((await read(form(...parts.slice(1)))).texts.size).toBe(5);
  });

  it.each([
    [{ "Content-Type": "application/json" }, 415],
    [{ "Content-Type": "multipart/form-data" }, 400],
    [{ ...TYPE, "Content-Encoding": "gzip" }, 415],
  ])("answers to %j with %i", async (headers, status) => {
    expect((await problem(readForm(request([], headers), LIMITS, never))).status).toBe(status);
  });

  it("ends with what the signal carries while a client sends nothing", async () => {
    const client = new AbortController();
    const silent = new ReadableStream<Uint8Array>({});
    const init = { method: "POST", body: silent, headers: TYPE, duplex: "half" } as RequestInit;
    const reading = problem(readForm(new Request("http://x/", init), LIMITS, client.signal));
    client.abort(new Problem("TIMEOUT", "late"));
    expect((await reading).status).toBe(503);
  });
});
