import { describe, expect, it } from "vitest";
import { Fields } from "../../../../core-ts/frontends/caffe/text/fields.ts";
import { parseText } from "../../../../core-ts/frontends/caffe/text/parse.ts";

const fields = (text: string): Fields => new Fields(parseText(text, "a.prototxt"), "a.prototxt");

describe("protobuf's text format", () => {
  it("has comments, lists, both braces and optional separators", () => {
    const read = fields(
      `# a net
      a: 1 b { c: 2, } # behind
      b: < c: 3; > d: [4, 5] d: 6 e { } f: []
      "s"`.replace('"s"', 's: "x"'),
    );
    expect(read.int("a", 0)).toBe(1);
    expect(read.messages("b").map((inner) => inner.int("c", 0))).toEqual([2, 3]);
    expect(read.ints("d")).toEqual([4, 5, 6]);
    expect(read.ints("f")).toEqual([]);
    expect(read.string("s", "")).toBe("x");
    expect(read.message("nothing").int("c", 7)).toBe(7);
  });

  it("has numbers in all their forms", () => {
    const read = fields("i: -12 h: 0x1F o: 017 f: -1.5e-3f g: .5 inf: -inf n: nan big: 1e+10 end: 3.");
    expect(["i", "h", "o"].map((name) => read.int(name, 0))).toEqual([-12, 31, 15]);
    expect(["f", "g", "inf", "n", "big", "end"].map((name) => read.float(name, 0))).toEqual([
      ...[-0.0015, 0.5, -Infinity, Number.NaN, 1e10, 3],
    ]);
  });

  it("has truth values and enums by name and number", () => {
    const read = fields("a: true b: f c: 1 d: AVE e: 0");
    expect(["a", "b", "c"].map((name) => read.bool(name, undefined))).toEqual([true, false, true]);
    const pools = { MAX: 0, AVE: 1 };
    expect([
      read.member("d", pools, "MAX"),
      read.member("e", pools, "AVE"),
      read.member("z", pools, "AVE"),
    ]).toEqual([...["AVE", "MAX", "AVE"]]);
  });

  it("has strings with escapes, in either quotes, joined when they follow each other", () => {
    const read = fields(String.raw`a: "x\n\"\t\\" 'y' b: '\303\251\x41 "' c: "中\'"`);
    expect(["a", "b", "c"].map((name) => read.string(name, ""))).toEqual(['x\n"\t\\y', 'éA "', "中'"]);
  });

  it("remembers what nobody read", () => {
    const read = fields("a { b: 1 c: 2 d { e: 1 } weight_filler { type: 'x' } } z: 1");
    const a = read.message("a");
    a.int("b", 0);
    a.message("d");
    expect(read.unreadInside()).toEqual(["a.c", "a.d.e"]);
    expect(read.message("a")).toBe(a);
  });

  it.each([
    ["a: 1\nb {\n c: 2\n", /line 2: the "}" that closes this message is missing/],
    ["a: 1\n}", /line 2: expected the name of a field, found "}"/],
    ["a {\n b 1 }", /line 2: expected ":" or "{", found "1"/],
    ["a: }", /line 1: expected a value, found "}"/],
    ["a: [1 2]", /line 1: expected "," or "]", found "2"/],
    ["a:", /line 1: expected a value, found the end of the file/],
    ['\n\na: "open\n', /line 3: a string is not closed on its line/],
    ["a: 1 $", /line 1: "\$" means nothing here/],
    ["[a.b]: 1", /line 1: expected the name of a field, found "\["/],
    [`${"a {".repeat(40)}`, /more than 32 messages inside each other/],
  ])("%j is refused with its line", (text, message) => {
    expect(() => parseText(text, "a.prototxt")).toThrow(message);
    expect(() => parseText(text, "a.prototxt")).toThrow(/^a\.prototxt, line/);
  });

  it.each([
    ["a: 1.5", (read: Fields) => read.int("a", 0), /"a" is "1.5", expected an integer/],
    ["a: x", (read: Fields) => read.float("a", 0), /"a" is "x", expected a number/],
    ["a: yes", (read: Fields) => read.bool("a", true), /expected true or false/],
    ["a: MIN", (read: Fields) => read.member("a", { MAX: 0, AVE: 1 }, "MAX"), /"MIN", expected MAX, AVE/],
    ["a: x", (read: Fields) => read.strings("a"), /expected a quoted string/],
    ["a: 1", (read: Fields) => read.message("a"), /expected a message in braces/],
    ["a { }", (read: Fields) => read.int("a", 0), /"a" is a message, expected an integer/],
    ["a: 1\na: 2", (read: Fields) => read.int("a", 0), /line 2: "a" stands twice/],
  ])("%j read as another type is refused", (text, read, message) => {
    expect(() => read(fields(text))).toThrow(message);
  });
});
