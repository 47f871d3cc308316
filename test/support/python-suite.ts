import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";
import { readNpy } from "../../hosts/shared/npy/read.ts";
import { writeNpy } from "../../hosts/shared/npy/write.ts";
import { Scratch } from "./command.ts";
import { type Command, runProgram } from "./program.ts";

const DEMO = new URL("../../examples/digits/", import.meta.url);
const DIGITS = fileURLToPath(new URL("digits.onnx", DEMO));

/** As the manual prints it (注册前向推理函数): it imports np nowhere. */
export const MANUAL = `from onnx_quantize_tool.common.register import onnx_infer_func #导入注册函数

@ onnx_infer_func.register("infer_cls_model") #使用装饰器装饰推理函数
def infer_cls_model(executor):
    # 获取batch_size
    batch_size = executor.batch_size
    # Setting True to enable the early stop for fix forward (可选)
    # 1：校准数据加载及数据预处理
    test_data = 'data/imagenet_input_b10_s1.npy'
    test_label = 'data/imagenet_label_b10_s1.npy'
    input_data = np.load(test_data).astype(np.float32)
    label_data = np.load(test_label).astype(np.float32)
    val_loader = zip(input_data, label_data)
    total_correct_num = 0
    total_num = 0
    for i, (input_data, label) in enumerate(val_loader):
        input_data = input_data[:batch_size]
        label = label[:batch_size]
        # 2：执行模型前向推理
        output = executor.forward(input_data)
        # 3：后处理部分，根据输出结果计算得到对应精度指标
        pred = np.argmax(output[0], axis=1)
        correct_num = (pred == label).sum()
        num = (pred >= 0).sum()
        total_correct_num += correct_num
        total_num += num
        acc = (100.0 * correct_num) / num
        print("acc:", acc)
        if i + 1 == executor.iteration:
            break
        if executor.early_stop_flag == True: # Turning True when the early stop triggered
            break
    total_acc = (100.0 * total_correct_num) / total_num
    print("total_acc:", total_acc)
    return total_acc
`;

let scratch: Scratch;

/** Two batches of ten of the demo's images and labels, under the names that the manual's example has. */
function manualData(): void {
  mkdirSync(join(scratch.path, "data"));
  const read = (name: string) => readNpy(readFileSync(new URL(name, DEMO)), name);
  const images = Float32Array.from(toNumbers(read("test_images.npy")).slice(0, 20 * 64));
  const labels = Int32Array.from(toNumbers(read("test_labels.npy")).slice(0, 20));
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(scratch.path, "data", name), bytes);
  write("imagenet_input_b10_s1.npy", writeNpy(tensor("float32", [2, 10, 1, 8, 8], images)));
  write("imagenet_label_b10_s1.npy", writeNpy(tensor("int32", [2, 10], labels)));
}

/** A script that says which processes it consists of, and never comes to an end by itself. */
const ENDLESS = `import os, subprocess, sys
from onnx_quantize_tool.common.register import onnx_infer_func
import numpy as np
@onnx_infer_func.register("endless")
def endless(executor):
    below = subprocess.Popen(["sleep", "1000"])
    with open(os.path.join(os.path.dirname(__file__), "pids"), "w") as file:
        file.write(f"{os.getpid()} {below.pid}")
    while True:
        executor.forward(np.zeros((1, 1, 8, 8), np.float32))
        print("fed", file=sys.stderr, flush=True)
        STUBBORN
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when none of the script's processes is there any more; a zombie would be. */
async function scriptGone(): Promise<void> {
  const pids = readFileSync(join(scratch.path, "pids"), "utf8").split(" ").map(Number);
  expect(pids.length).toBe(2);
  const until = Date.now() + 10_000;
  while (pids.some(isAlive) && Date.now() < until) await new Promise((done) => setTimeout(done, 20));
  expect(pids.filter(isAlive)).toEqual([]);
}

/** The command with infer functions in Python, as a process, the same on every host that has a command line. */
export function pythonSuite(command: Command, more: readonly string[] = []): void {
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.remove());

  const quant = (script: string, name: string, onError?: Parameters<typeof runProgram>[2]) => {
    const uds = ["-uds", scratch.file("script.py", script), "-if", name];
    const args = ["--chip", "TX5368AV200", "quant", "-m", DIGITS, "-s", "out", "-bs", "10", "-i", "2"];
    return runProgram({ ...command, cwd: scratch.path }, [...args, ...uds, ...more], onError);
  };

  it("runs the manual's example as printed", async () => {
    manualData();
    const { code, out, err } = await quant(MANUAL, "infer_cls_model");
    expect(err.match(/error.*/)).toBeNull();
    expect(code).toBe(0);
    const acc = /^(acc: [\d.]+\nacc: [\d.]+\ntotal_acc: ([\d.]+)\n){2}(?!acc)/.exec(out);
    expect(acc).not.toBeNull();
    expect(out).toMatch(new RegExp(`^Fixed result +${Number(acc![2])}$`, "m"));
    expect(Number(acc![2])).toBeGreaterThan(90);
  });

  it("tells of an error once, with the script's line, and leaves nothing", async () => {
    const { code, out, err } = await quant(MANUAL, "infer_cls_model");
    expect([code, out]).toEqual([2, ""]);
    expect(err.match(/^error: .*$/gm)).toEqual([
      expect.stringMatching(/threw: FileNotFoundError: .*imagenet_input_b10_s1\.npy', at .*script\.py:11$/),
    ]);
    expect(scratch.list()).toEqual(["script.py"]);
  });

  it("ends with Python after Ctrl-C", async () => {
    let sent = false;
    const { code, out, err } = await quant(ENDLESS.replace("STUBBORN", ""), "endless", (text, kill) => {
      if (sent || !text.includes("fed\n")) return;
      sent = true;
      kill("SIGINT");
    });
    expect([code, out]).toEqual([130, ""]);
    expect(err.match(/^error: .*$/gm)).toEqual(["error: stopped on request"]);
    expect(err).not.toContain("Traceback");
    await scriptGone();
    expect(scratch.list()).toEqual(["pids", "script.py"]);
  });

  it("takes Python with it at the second Ctrl-C, and when it is killed itself", async () => {
    const stubborn = ENDLESS.replace(
      "STUBBORN",
      `try:
            __import__("time").sleep(1000)
        except BaseException:
            print("interrupted", file=sys.stderr, flush=True)
            __import__("time").sleep(1000)`,
    );
    const signals: NodeJS.Signals[] = [];
    const once = (signal: NodeJS.Signals, kill: (signal: NodeJS.Signals) => void) => {
      signals.push(signal);
      kill(signal);
    };
    const { code } = await quant(stubborn, "endless", (text, kill) => {
      if (signals.length === 0 && text.includes("fed\n")) once("SIGINT", kill);
      if (signals.length === 1 && text.includes("interrupted")) once("SIGTERM", kill);
    });
    expect([code, signals]).toEqual([143, ["SIGINT", "SIGTERM"]]);
    await scriptGone();
    const killed = await quant(stubborn, "endless", (text, kill) => {
      if (text.includes("fed\n")) kill("SIGKILL");
    });
    expect(killed.code).toBeNull();
    await scriptGone();
  });
}
