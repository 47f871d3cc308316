import { describe, expect, it } from "vitest";
import type { ForwardTarget } from "../../../../hosts/shared/infer/forward.ts";
import { needsPython, WHY_NO_PYTHON } from "../../../support/python.ts";
import { echo, f, float, scriptLoader } from "../../../support/python-script.ts";

const { loaded } = scriptLoader();

describe.skipIf(WHY_NO_PYTHON !== null)(needsPython("what a script does wrong"), () => {
  const failing = async (body: string, more: Partial<ForwardTarget> = {}) => {
    const { run } = await loaded(body);
    const error = (await run(echo([float(["n", 2])], more)).catch((e: unknown) => e)) as Error;
    return error.message;
  };

  it("raises: the traceback has the script's frames alone", async () => {
    const message = await failing(
      `def load(path):\n    raise KeyError(path)\n${f("load('a.jpg')\nreturn 1")}`,
    );
    expect(message).toMatch(
      /^the infer function "f" of .*script\.py threw: KeyError: 'a\.jpg', at .*script\.py:4\nTraceback \(most recent call last\):\n/,
    );
    expect(message).toMatch(/script\.py", line 7, in f\n[\s\S]*script\.py", line 4, in load\n/);
    expect(message).not.toContain("onnx_quantize_tool/");
  });

  it("raises from another error: both are told", async () => {
    const message = await failing(
      f(`try:
    executor.forward(np.ones(3))
except ValueError as error:
    raise RuntimeError("no batch") from error`),
    );
    expect(message).toMatch(
      /threw: RuntimeError: no batch, at [\s\S]*ForwardError: input "image" is float64[\s\S]*direct cause/,
    );
  });

  it("goes too deep: the trace is short", async () => {
    const message = await failing(`def a(n):\n    return b(n)\ndef b(n):\n    return a(n)\n${f("a(1)")}`);
    expect(message).toContain("threw: RecursionError");
    expect(message.split("\n").length).toBeLessThan(60);
  });

  it.each([
    ["sys.exit(3)", /threw: sys\.exit\(3\) was called, at .*script\.py:5/],
    [
      "import not_there",
      /threw: ModuleNotFoundError: No module named 'not_there'; install it \(.* -m pip install not_there\)/,
    ],
    ["raise KeyboardInterrupt", /threw: KeyboardInterrupt, at /],
    [
      "os._exit(7)",
      /^Python \(python3\) ended with exit code 7, without an error of the script, while it ran "f" of .*script\.py/,
    ],
    ["os.kill(os.getpid(), 9)", /was ended by SIGKILL, most often by the system because memory has run out/],
    ["import ctypes; ctypes.string_at(0)", /was ended by SIGSEGV: compiled code of a package has crashed/],
  ])("%s", async (line, message) => {
    expect(await failing(f(`import os, sys; ${line}`))).toMatch(message);
  });

  it("has no need to print what happens in compiled code: Python says where", async () => {
    const { run, err } = await loaded(f("import ctypes; ctypes.string_at(0)"));
    await run().catch(() => undefined);
    expect(err()).toMatch(/Segmentation fault[\s\S]*script\.py", line 5 in f/);
  });

  it.each([
    ["def f(:", /fails to load: SyntaxError: .*, at .*script\.py:3\n/],
    ["raise RuntimeError('no GPU')", /fails to load: RuntimeError: no GPU, at .*script\.py:3\n/],
    [
      "import cv3",
      /No module named 'cv3'; install it .* pip install cv3\), put it beside the script, or give another Python/,
    ],
    [
      f("pass") + f("pass"),
      /fails to load: ValueError: infer function "f" is registered twice, at .*script\.py:6/,
    ],
    ["import os; os._exit(4)", /ended with exit code 4, .*while it loaded .*script\.py/],
  ])("can't be loaded: %s", async (body, message) => {
    const error = (await loaded(body).catch((e: unknown) => e)) as Error;
    expect(error).toMatchObject({ code: "CONFIG", message: expect.stringMatching(message) });
  });

  it("keeps threads, or swallows the interrupt: it ends all the same", async () => {
    const threads = await loaded(
      f(`import threading, time
threading.Thread(target=lambda: time.sleep(1000)).start()
executor.forward(np.ones((1, 2), np.float32))
return 1`),
    );
    await threads.run();
    const stubborn = await loaded(
      f(`import time
while True:
    try:
        executor.forward(np.ones((1, 2), np.float32))
    except BaseException:
        time.sleep(1000)`),
    );
    const controller = new AbortController();
    let fed = 0;
    const target = echo([float(["n", 2])]);
    const forward: ForwardTarget["forward"] = (feeds) => {
      if (++fed === 2) controller.abort("SIGINT");
      return target.forward(feeds);
    };
    await expect(stubborn.run({ ...target, forward }, "f", controller.signal)).rejects.toMatchObject({
      code: "ABORTED",
    });
    await Promise.all([threads.script.close(), stubborn.script.close()]);
    // By us after its time, or by itself when it saw that nobody listens.
    await expect(stubborn.run()).rejects.toThrow(/was ended by SIGKILL|ended with exit code/);
  });
});
