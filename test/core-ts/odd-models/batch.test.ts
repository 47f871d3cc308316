/** Models whose inputs and outputs treat the batch unlike one another, and models that have a batch size in them. */
import { describe, expect, it } from "vitest";
import { int64Tensor, tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, type Run, wholeWay } from "../../support/whole-way.ts";

const conv = normals([4, 4, 1, 1], random(1), 0.5);
const matrix = normals([4, 4], random(2), 0.5);

const reshaped = (...shape: number[]) =>
  model(
    graph({
      inputs: [value("x", ["N", 4, 3, 3])],
      outputs: [value("y")],
      nodes: ["Conv x conv -> h", "Reshape h shape -> y"],
      constants: { conv, shape: int64Tensor(shape) },
    }),
  );

describe("a Reshape with a batch size in it", () => {
  it.each([
    [[1, 36], 1],
    [[1, -1], 1],
    [[-1, 36], 4],
    [[0, -1], 4],
  ])("to %j, at -ib %i, works on any number of samples", async (shape, irBatch) => {
    const found = await wholeWay(reshaped(...shape), { options: { irBatch }, rows: 6 });
    expect(found.fixed[0]!.get("y")!.dims).toEqual([6, 36]);
    expect(outputSqnr(found, "y")).toBeGreaterThan(30);
  });

  it("is refused where samples are mixed up without a trace in the shapes", async () => {
    // [n, 2, 3] → [2, 3·n] by a fixed 2, and back: rows of different samples change places.
    const content = model(
      graph({
        inputs: [value("x", ["n", 2, 3])],
        outputs: [value("y", ["n", 6])],
        nodes: ["Reshape x two -> r", "Transpose r -> t", "Reshape t six -> y"],
        constants: { two: int64Tensor([2, -1]), six: int64Tensor([-1, 6]) },
      }),
    );
    await expect(wholeWay(content, { options: { irBatch: 4 } })).rejects.toThrow(
      /output "y" answers a batch of 4 otherwise than its samples alone: the model does not keep the samples/,
    );
  });

  it("that another -ib contradicts is refused, and what to do", async () => {
    await expect(wholeWay(reshaped(1, 36), { options: { irBatch: 4 } })).rejects.toThrow(
      /does not run at batch size 4: .*give -ib 1, or export the model so that it takes any batch/,
    );
  });

  it("that would mix the samples of a larger batch is refused", async () => {
    await expect(wholeWay(reshaped(1, -1), { options: { irBatch: 4 } })).rejects.toThrow(
      /output "y" has shape \[1, 36\] at batch size 1 and \[1, 144\] at 4.*does not keep the samples of a batch apart/,
    );
  });

  it("that no single sample fits is refused, and what to do", async () => {
    await expect(wholeWay(reshaped(2, 36), { rows: 2 })).rejects.toThrow(
      /does not run at batch size 1: .*export the model with that size as its fixed batch/,
    );
  });

  it("is fine where the batch is fixed to that size", async () => {
    const fixed = reshaped(2, 36);
    fixed.graph.inputs = [value("x", [2, 4, 3, 3])];
    const found = await wholeWay(fixed);
    expect(found.fixed[0]!.get("y")!.dims).toEqual([2, 36]);
    expect(outputSqnr(found, "y")).toBeGreaterThan(30);
  });
});

/** y = x·W + z, x with an open batch. */
const withSecond = (...dims: (number | string)[]) =>
  model(
    graph({
      inputs: [value("x", ["N", 4]), value("z", dims)],
      outputs: [value("y")],
      nodes: ["MatMul x matrix -> h", "Add h z -> y"],
      constants: { matrix },
    }),
  );

describe("two inputs, of which one has no batch", () => {
  it.each([[[1, 4]], [[4]], [[]], [[1]]])("of shape %j: fed whole with every sample", async (dims) => {
    for (const irBatch of [1, 2]) {
      const found = await wholeWay(withSecond(...dims), { options: { irBatch }, rows: 5 });
      expect(found.fixed[0]!.get("y")!.dims).toEqual([5, 4]);
      expect(outputSqnr(found, "y")).toBeGreaterThan(30);
    }
  });

  it("whose first axis happens to be the batch of the quantized model is still fed whole", async () => {
    const content = model(
      graph({
        inputs: [value("x", ["N", 4]), value("z", [2, 4])],
        outputs: [value("y")],
        nodes: ["MatMul x matrix -> h", "ReduceMean z axes -> mean", "Add h mean -> y"],
        constants: { matrix, axes: int64Tensor([0]) },
      }),
    );
    const found = await wholeWay(content, { options: { irBatch: 2 }, rows: 5 });
    expect(found.fixed[0]!.get("y")!.dims).toEqual([5, 4]);
    expect(outputSqnr(found, "y")).toBeGreaterThan(30);
  });

  it("gives an output that depends on it alone once", async () => {
    const content = withSecond(1, 4);
    content.graph.nodes.push(node("Tanh z -> t"));
    content.graph.outputs.push(value("t"));
    const found = await wholeWay(content, { options: { irBatch: 2 }, rows: 5 });
    expect(found.fixed[0]!.get("t")!.dims).toEqual([1, 4]);
    expect(outputSqnr(found, "t")).toBeGreaterThan(30);
  });
});

describe("two inputs with open batches", () => {
  it("need the same number of samples", async () => {
    const feeds = new Map([
      ["x", normals([3, 4], random(1))],
      ["z", normals([2, 4], random(2))],
    ]);
    await expect(wholeWay(withSecond("M", 4), { batches: [feeds] })).rejects.toThrow(
      /input "z" has 2 rows, input "x" has 3; feed the same number of samples to every input/,
    );
  });

  it("that are combined sample by sample with sample are refused beyond batch 1", async () => {
    const content = model(
      graph({
        inputs: [value("x", ["N", 4]), value("z", ["M", 4])],
        outputs: [value("y")],
        nodes: [node("Transpose z -> t"), "MatMul x t -> y"],
      }),
    );
    await expect(wholeWay(content, { options: { irBatch: 2 } })).rejects.toThrow(/does not keep the samples/);
  });
});

describe("an input that nobody reads", () => {
  const cases: [string, (number | string)[], Run][] = [
    ["of fixed shape", [2, 2], {}],
    ["with an open batch", ["N", 2], { rows: 3 }],
  ];
  it.each(cases)("%s is fed like any other", async (_, dims, run) => {
    for (const first of [true, false]) {
      const unread = value("unread", dims);
      const read = value("x", [dims[0] === "N" ? "N" : 1, 4]);
      const content = model(
        graph({
          inputs: first ? [unread, read] : [read, unread],
          outputs: [value("y")],
          nodes: ["MatMul x matrix -> y"],
          constants: { matrix },
        }),
      );
      const found = await wholeWay(content, run);
      expect(found.prepared.inputs.map(({ name }) => name)).toContain("unread");
      expect(outputSqnr(found, "y")).toBeGreaterThan(30);
    }
  });
});

it("a constant output comes once, whatever the batch", async () => {
  const content = model(
    graph({
      inputs: [value("x", ["N", 4])],
      outputs: [value("y"), value("minus"), value("one")],
      nodes: ["MatMul x matrix -> y", "Neg one -> minus"],
      constants: { matrix, one: tensor("float32", [3], Float32Array.of(1, 2, 3)) },
    }),
  );
  for (const irBatch of [1, 2]) {
    const found = await wholeWay(content, { options: { irBatch }, rows: 5 });
    for (const answers of [...found.float, ...found.fixed]) {
      expect(toNumbers(answers.get("minus")!)).toEqual([-1, -2, -3]);
      expect(toNumbers(answers.get("one")!)).toEqual([1, 2, 3]);
      expect(answers.get("y")!.dims).toEqual([5, 4]);
    }
  }
});
