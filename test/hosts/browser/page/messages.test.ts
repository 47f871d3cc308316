import { describe, expect, it } from "vitest";
import { en } from "../../../../hosts/browser/page/messages/en.ts";
import { NAMES, nameOf } from "../../../../hosts/browser/page/messages/options.ts";
import { zh } from "../../../../hosts/browser/page/messages/zh.ts";

const CHINESE = /[\u4e00-\u9fff\uff00-\uffef]/;
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

describe("the page's messages", () => {
  it("say the same things in both languages, with the same things filled in", () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(holes(zh[key]), key).toEqual(holes(en[key]));
      expect(en[key], key).not.toMatch(CHINESE);
      if (key !== "title") expect(zh[key], key).toMatch(CHINESE);
    }
  });

  it("name the same options in both", () => {
    expect(Object.keys(NAMES.zh)).toEqual(Object.keys(NAMES.en));
    expect(Object.values(NAMES.en).filter((name) => CHINESE.test(name))).toEqual([]);
  });

  it("call what is new by its own name", () => {
    expect(nameOf("brand-new", "zh")).toBe("Brand new");
  });
});
