import { describe, expect, it } from "vitest";
import { readConfig, SETTINGS } from "../../../hosts/edge/config.ts";

describe("readConfig", () => {
  it("has a default for everything and no token", () => {
    const config = readConfig({});
    expect(config).toEqual(
      Object.fromEntries(Object.entries(SETTINGS).map(([key, { fallback }]) => [key, fallback])),
    );
    expect(config.token).toBeUndefined();
  });

  it("reads every setting from its variable, and the token", () => {
    const env = Object.fromEntries(Object.values(SETTINGS).map(({ env }, i) => [env, String(100 + i)]));
    const config = readConfig({ ...env, KNIGHT_EDGE_TOKEN: "secret" });
    expect(Object.keys(SETTINGS).map((key) => config[key as keyof typeof SETTINGS])).toEqual(
      Object.keys(SETTINGS).map((_, i) => 100 + i),
    );
    expect(config.token).toBe("secret");
  });

  it("takes a runtime's own defaults, which the environment beats", () => {
    expect(readConfig({}, { concurrency: 7 }).concurrency).toBe(7);
    expect(readConfig({ KNIGHT_EDGE_CONCURRENCY: "2" }, { concurrency: 7 }).concurrency).toBe(2);
    expect(readConfig({ KNIGHT_EDGE_TOKEN: "" }).token).toBeUndefined();
  });

  it.each(["0", "-1", "1.5", "many", "1e3", " 5", "99999999999999999999"])("refuses %j", (text) => {
    expect(() => readConfig({ KNIGHT_EDGE_CONCURRENCY: text })).toThrow(
      `KNIGHT_EDGE_CONCURRENCY is "${text}", expected a whole number of at least 1`,
    );
  });
});
