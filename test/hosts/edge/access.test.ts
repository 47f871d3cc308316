import { describe, expect, it } from "vitest";
import { InternalError } from "../../../core-ts/errors.ts";
import { Problem } from "../../../hosts/edge/problem.ts";
import { fakeApp, fakeJobs, post, problem } from "./fake-jobs.ts";

describe("requests and their ids", () => {
  it("takes over a sane id, makes one otherwise, and logs it", async () => {
    const { app, lines } = fakeApp();
    const given = await app.request("/health", { headers: { "X-Request-Id": "abc-1.2:3" } });
    expect(given.headers.get("x-request-id")).toBe("abc-1.2:3");
    for (const id of ["a b", "x".repeat(65), "{}"]) {
      const made = await app.request("/health", { headers: { "X-Request-Id": id } });
      expect(made.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(lines[0]).toEqual({
      level: "info",
      event: "request",
      requestId: "abc-1.2:3",
      method: "GET",
      path: "/health",
      status: 200,
      ms: 1,
    });
  });

  it("logs what it hides: mistakes of ours, with their stack", async () => {
    const jobs = fakeJobs({ inspect: async () => Promise.reject(new InternalError("inner secret")) });
    const { app, lines } = fakeApp(jobs);
    const found = await problem(await app.request("/v1/inspect", post()));
    expect(found.status).toBe(500);
    expect(JSON.stringify(found)).not.toContain("secret");
    const line = lines.find(({ event }) => event === "problem")!;
    expect(line).toMatchObject({
      level: "error",
      requestId: found.instance,
      detail: "inner secret",
      status: 500,
    });
    expect(line.stack).toContain("access.test.ts");
  });

  it("says what a runtime can't do with 501", async () => {
    const jobs = fakeJobs({
      infer: async () => Promise.reject(new Problem("NOT_IMPLEMENTED", "no runtime")),
    });
    const found = await problem(await fakeApp(jobs).app.request("/v1/infer", post()));
    expect(found).toMatchObject({ status: 501, detail: "no runtime" });
  });
});

describe("the token", () => {
  const { app } = fakeApp(undefined, { token: "s3cret" });
  it.each([
    [{}, 401],
    [{ Authorization: "Bearer wrong" }, 401],
    [{ Authorization: "Basic s3cret" }, 401],
    [{ Authorization: "Bearer s3cret" }, 200],
    [{ Authorization: "bearer  s3cret" }, 200],
  ])("%j is answered with %i", async (headers, status) => {
    const response = await app.request("/v1/chips", { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
    if (status === 200) return;
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect((await problem(response)).code).toBe("UNAUTHORIZED");
  });

  it("is not asked for where nothing is done", async () => {
    expect((await app.request("/health")).status).toBe(200);
    expect((await app.request("/openapi.json")).status).toBe(200);
    expect((await app.request("/v1/quantize", post())).status).toBe(401);
  });
});
