import type { Backend } from "../../core-ts/backend.ts";
import { copyOf } from "../../core-ts/calibrate/batches.ts";
import { fromOnnx } from "../../core-ts/frontends/onnx/index.ts";
import { cloneModel } from "../../core-ts/graph/clone.ts";
import type { Graph, Model } from "../../core-ts/graph/graph.ts";
import { writeModel } from "../../core-ts/onnx/write.ts";
import { PASSES } from "../../core-ts/passes/index.ts";
import { runPasses } from "../../core-ts/passes/optimize.ts";
import { specialize } from "../../core-ts/specialize/index.ts";
import { elementCount, type Tensor, tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";
import { bytesOf, type Named, namedCases, restore, type StoredPass } from "../case-file.ts";
import { difference } from "../compare.ts";
import { nodeText } from "../node-text.ts";
import { type Group, judgeEach, required, type Verdict } from "./group.ts";

/** The cases under this name go through all passes, as `optimize` runs them. */
const ALL = "optimize";

/** Of the largest answer. Folding moves float32 roundings around: each term of a sum may differ by 2^-24 of its size. */
const TOLERANCE = 1e-5;

const passesOf = (name: string) => {
  const pass = name.split("/")[1]!;
  return Object.entries(PASSES).flatMap(([key, value]) => (pass === ALL || key === pass ? [value] : []));
};

function wrongNodes(graph: Graph, expected: StoredPass["expected"]): Verdict {
  const found = graph.nodes.map(nodeText);
  const at = Math.max(found.length, expected.nodes.length);
  for (let i = 0; i < at; i++) {
    if (found[i] !== expected.nodes[i])
      return `node ${i}: found ${found[i] ?? "none"}, expected ${expected.nodes[i] ?? "none"}`;
  }
  return null;
}

function wrongConstants({ nodes, initializers }: Graph, expected: StoredPass["expected"]): Verdict {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs).filter((name) => initializers.has(name)));
  const names = [read, Object.keys(expected.constants)].map((all) => [...all].sort().join(", "));
  if (names[0] !== names[1]) return `found constants ${names[0]}, expected ${names[1]}`;
  for (const [name, stored] of Object.entries(expected.constants)) {
    const wrong = difference(initializers.get(name)!, restore(stored));
    if (wrong !== null) return `constant ${name}: ${wrong}`;
  }
  return null;
}

/** Numbers between -1 and 1.2 for every input; its shape is static. */
function feedsOf({ graph }: Model): Map<string, Tensor> {
  const feeds = graph.inputs.map(({ name, type }) => {
    const dims = type!.dims as readonly number[];
    const data = Float32Array.from({ length: elementCount(dims) }, (_, i) => ((i * 37) % 11) / 5 - 1);
    return [name, tensor("float32", dims, data)] as const;
  });
  return new Map(feeds);
}

async function answers(model: Model, backend: Backend): Promise<Map<string, Tensor>> {
  const session = await backend.createSession(writeModel(model));
  try {
    const results = await session.run(feedsOf(model));
    return new Map([...results].map(([name, t]) => [name, copyOf(t)]));
  } finally {
    await session.release();
  }
}

/** Both models answer the same to the same data, up to TOLERANCE. */
async function wrongAnswers(before: Model, after: Model, backend: Backend): Promise<Verdict> {
  const [expected, found] = [await answers(before, backend), await answers(after, backend)];
  for (const [name, t] of expected) {
    const [a, b] = [toNumbers(t), toNumbers(found.get(name)!)];
    const largest = a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const at = a.findIndex((v, i) => !(Math.abs(v - b[i]!) <= TOLERANCE * largest));
    if (at >= 0 || a.length !== b.length)
      return `output ${name}: element ${at} is ${b[at]} after the pass and ${a[at]} before it`;
  }
  return null;
}

async function judge(one: Named<StoredPass>, backend: Backend): Promise<Verdict> {
  const before = await specialize(await fromOnnx(bytesOf(one.model)), 1, backend);
  const after = cloneModel(before);
  runPasses(after.graph, passesOf(one.name));
  return (
    wrongNodes(after.graph, one.expected) ??
    wrongConstants(after.graph, one.expected) ??
    wrongAnswers(before, after, backend)
  );
}

/** Float models through passes of core-ts/passes: nodes and constants as written down, and the same answers in the host's ONNX Runtime. */
export const passes: Group<Named<StoredPass>> = {
  load: async (name, read) => namedCases(await read("passes"), name),
  judge: (cases, host) =>
    judgeEach(cases, async (one) => {
      const wrong = await judge(one, required(host.backend, "backend", host));
      return wrong === null ? null : `${one.title}: ${wrong}`;
    }),
};
