import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { needsPython, WHY_NO_PYTHON } from "../../../support/python.ts";
import { echo, f, float, HEAD, scriptLoader } from "../../../support/python-script.ts";

const { scratch, loaded, loadedAll } = scriptLoader();

describe.skipIf(WHY_NO_PYTHON !== null)(needsPython("a script's functions"), () => {
  it("get an executor with every member of facts.md", async () => {
    const { run } = await loaded(
      f(`facts = (executor.iteration, executor.batch_size, executor.dataset, executor.save_dir, executor.run_mode, executor.gpu)
assert facts == (3, 2, None, "out", "quant", False), facts
assert executor.user_defined_script.endswith("script.py")
assert executor.input_nodes == ["image", "size"] and executor.output_node_list == ["image_out", "size_out"]
assert executor.input_types == {"image": 1, "size": 7}, executor.input_types
assert executor.shape_dicts == {}
executor.init_shape_info()
assert executor.shape_dicts["image"] == ["n", 2] and executor.shape_dicts["size_out"] == [1], executor.shape_dicts
assert executor.input_configs_dict == {"image": {"color_space": "RGB"}}
assert executor.output_name_to_node_name() == {"image_out": "last"}
assert executor.early_stop_flag == False
image, size = executor.forward(np.ones((4, 2), np.float32), np.array([7]))
assert executor.early_stop_flag == True
assert (image.shape, size.tolist(), image.sum()) == ((4, 2), [7], 8), (image, size)
image[0] = 5  # the answer is the script's own
return 0.25`),
    );
    const target = echo([float(["n", 2]), { name: "size", dtype: "int64", dims: [1] }], {
      enough: () => true,
    });
    expect(await run(target)).toBe(0.25);
    // The second model, in the same process.
    expect(await run(target)).toBe(0.25);
  });

  it("feed and get every type, bit by bit", async () => {
    const given: Record<string, Tensor> = {
      float32: tensor("float32", [2], Float32Array.of(1.5, Number.NaN)),
      float64: tensor("float64", [2], Float64Array.of(1e-300, -0)),
      float16: tensor("float16", [2], Uint16Array.of(0x3e00, 0xfc00)),
      int8: tensor("int8", [2], Int8Array.of(-128, 127)),
      uint8: tensor("uint8", [2], Uint8Array.of(0, 255)),
      int16: tensor("int16", [2], Int16Array.of(-32768, 7)),
      uint16: tensor("uint16", [2], Uint16Array.of(65535, 1)),
      int32: tensor("int32", [2], Int32Array.of(-(2 ** 31), 5)),
      uint32: tensor("uint32", [2], Uint32Array.of(2 ** 32 - 1, 5)),
      int64: tensor("int64", [2], BigInt64Array.of(-(2n ** 63n), 9n)),
      uint64: tensor("uint64", [2], BigUint64Array.of(2n ** 64n - 1n, 9n)),
      bool: tensor("bool", [2], Uint8Array.of(1, 0)),
    };
    const { run } = await loaded(
      f(`values = {
    "float32": [1.5, np.nan], "float64": [1e-300, -0.0], "float16": [1.5, -np.inf], "int8": [-128, 127], "uint8": [0, 255],
    "int16": [-32768, 7], "uint16": [65535, 1], "int32": [-2**31, 5], "uint32": [2**32 - 1, 5], "int64": [-2**63, 9],
    "uint64": [2**64 - 1, 9], "bool": [True, False]}
arrays = [np.array(values[name], dtype=name) for name in executor.input_nodes]
for name, sent, back in zip(executor.input_nodes, arrays, executor.forward(*arrays)):
    assert back.dtype == np.dtype(name) and sent.tobytes() == back.tobytes(), (name, back)
return 1`),
    );
    const seen = new Map<string, Tensor>();
    const edges = Object.values(given).map(({ dtype }) => ({ name: dtype, dtype, dims: [2] }));
    const target = echo(edges);
    await run({
      ...target,
      forward(feeds) {
        for (const [name, t] of feeds) seen.set(name, t);
        return target.forward(feeds);
      },
    });
    expect(Object.fromEntries(seen)).toEqual(given);
  });

  it("feed arrays of any layout, and what numpy makes arrays of", async () => {
    const { run } = await loaded(
      f(`x = np.arange(12, dtype=np.float32).reshape(3, 4)
for one in (x.T, x[::2, ::-1], x.astype(">f4"), np.asfortranarray(x), np.broadcast_to(np.float32(3), (2, 2))):
    (back,) = executor.forward(one)
    assert back.shape == one.shape and (back == one).all(), (one, back)
assert executor.forward([[1.5, 2], [3, 4]])[0].dtype == np.float32
assert executor.forward([np.ones(2, np.float32)] * 3)[0].shape == (3, 2)
class Tensor:
    def detach(self): return self
    def cpu(self): return self
    def __array__(self, *_, **__): return np.ones((2, 2), np.float32)
assert executor.forward(Tensor())[0].sum() == 4
assert executor.forward(np.float32(2.5).reshape(1, 1))[0].tolist() == [[2.5]]
return np.float32(0.5)`),
    );
    expect(await run(echo([{ ...float(["n", "m"]), dims: null }]))).toBe(0.5);
  });

  it("feed scalars, and arrays of nothing where the model takes them", async () => {
    const { run } = await loadedAll([
      `back = executor.forward(np.float32(7))[0]\nassert back.shape == () and back == 7\nreturn 1`,
      `back = executor.forward(np.ones((0, 3), np.float32))[0]\nassert back.shape == (0, 3)\nreturn 1`,
    ]);
    expect(await run(echo([float([])]), "f0")).toBe(1);
    expect(await run(echo([float([0, 3])]), "f1")).toBe(1);
  });

  it("return numbers of Python and numpy", async () => {
    const values = {
      "np.float64(50)": 50,
      "np.array([0.5])": 0.5,
      "3": 3,
      "np.int64(4)": 4,
      "np.array(7)": 7,
    };
    const feed = "executor.forward(np.ones((1, 2), np.float32))";
    const { run } = await loadedAll(Object.keys(values).map((value) => `${feed}\nreturn ${value}`));
    for (const [i, value] of Object.values(values).entries())
      expect(await run(undefined, `f${i}`)).toBe(value);
  });

  it("may return nothing else", async () => {
    const values = {
      None: "returned NoneType, expected a finite number",
      "'98 %'": "returned str, expected a finite number",
      "(1, 2)": "returned tuple, expected a finite number",
      True: "returned bool, expected",
      "np.zeros(3)": "returned ndarray, expected",
      "float('nan')": "returned NaN, expected",
      "-float('inf')": "returned -Infinity, expected",
    };
    const feed = "executor.forward(np.ones((1, 2), np.float32))";
    const { run } = await loadedAll(Object.keys(values).map((value) => `${feed}\nreturn ${value}`));
    for (const [i, message] of Object.values(values).entries()) {
      const error = { code: "CONFIG", message: expect.stringContaining(message) };
      await expect(run(undefined, `f${i}`)).rejects.toMatchObject(error);
    }
  });

  it("are told what is wrong with what they feed, and where", async () => {
    const calls: readonly (readonly [call: string, message: string])[] = [
      ["executor.forward()", "executor.forward got 0 tensors, the model has 1 input"],
      ["executor.forward(x, x)", "executor.forward got 2 tensors, the model has 1 input"],
      [
        "executor.forward(image=x)",
        "executor.forward got image by name; give one array an input, in the order of",
      ],
      ["executor.forward({'image': x})", 'input "image" is dict, expected a numpy array'],
      ["executor.forward(None)", 'input "image" is NoneType, expected a numpy array'],
      ["executor.forward('x.npy')", 'input "image" is str, expected a numpy array'],
      ["executor.forward(np.array([{}]))", 'input "image" is an array of object, expected numbers'],
      ["executor.forward([[1], [1, 2]])", 'input "image" is list, of which numpy makes no array'],
      [
        "executor.forward(x.astype(np.float64))",
        'input "image" is float64, the model takes float32; convert it, for instance with data.astype(np.float32)',
      ],
      ["executor.forward(x[0])", 'input "image" has shape [2], the model takes [n, 2]'],
      ["executor.forward(x[:0])", 'input "image" is empty, its shape is [0, 2]'],
    ];
    const lines = calls.map(([call]) => `x = np.ones((1, 2), np.float32); ${call}`);
    const { run, file } = await loadedAll(lines);
    for (const [i, [, message]] of calls.entries()) {
      const error = (await run(undefined, `f${i}`).catch((e: unknown) => e)) as Error;
      expect(error.message).toContain(message);
      const place = `${file}:${HEAD.split("\n").length + 3 * i + 2}`;
      expect(JSON.stringify({ ...error, message: error.message })).toContain(place);
    }
  });

  it("may catch what forward finds wrong, and go on", async () => {
    const { run, out } = await loaded(
      f(`try:
    executor.forward(np.ones(3))
except ValueError as error:
    print("caught:", error)
executor.forward(np.ones((1, 2), np.float32))
return 1`),
    );
    expect(await run()).toBe(1);
    expect(out()).toContain('caught: input "image" is float64, the model takes float32');
  });

  it("can be several, and be imported from files beside the script", async () => {
    scratch.file(
      "scores.py",
      `${HEAD}from more_scores import WEIGHT\n@onnx_infer_func.register("other")\ndef other(executor):\n    executor.forward(np.ones((1, 2), np.float32))\n    return WEIGHT\n`,
    );
    scratch.file("more_scores.py", "WEIGHT = 42\n");
    const { script, run } = await loaded(`from scores import other\n${f("return other(executor) + 1")}`);
    expect([...script.functions.keys()]).toEqual(["other", "f"]);
    expect(await run()).toBe(43);
    expect(await run(undefined, "other")).toBe(42);
  });

  it("leave nothing beside the script", () => {
    expect(scratch.list().filter((name) => name.includes("pycache"))).toEqual([]);
  });

  it("print on the terminal, from Python, from C and from programs, before the run's answer", async () => {
    const { run, out, err } = await loaded(
      f(`import ctypes, os, sys
print("from Python")
ctypes.CDLL(None).puts(b"from C")
os.system("echo from a program")
print("a warning", file=sys.stderr)
sys.stdout.buffer.write("精度\\n".encode())
executor.forward(np.ones((1, 2), np.float32))
print("last words", end="")
try:
    input()
except EOFError:
    print("; no input")
return 1`),
    );
    await run();
    const lines = ["from Python", "from C", "from a program", "精度", "last words; no input", ""];
    expect(out().split("\n").sort()).toEqual(lines.sort());
    expect(err()).toBe("a warning\n");
  });
});
