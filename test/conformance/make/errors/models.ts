import type { StoredError } from "../../../../conformance/case-file.ts";
import { encodeModel, modelMessage } from "../../../support/onnx-messages.ts";
import {
  base64,
  graphMessage,
  type NodeText,
  type OnnxText,
  onnxBase64,
  valueMessage,
} from "../onnx-text.ts";
import { errorCase, filled, SOUND } from "./error-case.ts";

const bytes = Buffer.from(onnxBase64(SOUND), "base64");
const graph = graphMessage(SOUND);
const vector: Pick<OnnxText, "inputs"> = { inputs: { x: [1, 4] } };
const oneNode = (node: NodeText, more: Partial<OnnxText> = {}): OnnxText => ({
  ...vector,
  nodes: [node],
  outputs: "y",
  ...more,
});

/** The file is broken: MODEL. */
const files = (): StoredError[] => [
  errorCase({ title: "an empty file", model: "", code: "MODEL", says: ["empty"] }),
  errorCase({
    title: "half of a file",
    model: base64(bytes.subarray(0, bytes.length >> 1)),
    code: "MODEL",
    says: ["cut off"],
  }),
  errorCase({
    title: "a web page",
    model: base64(Buffer.from("<!DOCTYPE html><html><title>Not found</title></html>")),
    code: "MODEL",
    says: ["not an ONNX model", "web page"],
  }),
  errorCase({
    title: "text",
    model: base64(Buffer.from("name: 'this is no model'\n")),
    code: "MODEL",
    says: ["not an ONNX model"],
  }),
  errorCase({
    title: "a weight with fewer bytes than its shape asks for",
    model: base64(
      encodeModel(
        modelMessage({
          ...graph,
          initializer: [{ name: "w", dims: [2, 3, 3, 3], data_type: 1, raw_data: new Uint8Array(100) }],
        }),
      ),
    ),
    code: "MODEL",
    where: { value: "w" },
    says: ['"w"', "216", "100"],
  }),
  errorCase({
    title: "a weight in a second file, and only the first was given",
    model: base64(
      encodeModel(
        modelMessage({
          ...graph,
          initializer: [
            {
              ...{ name: "w", dims: [2, 3, 3, 3], data_type: 1, data_location: 1 },
              external_data: [{ key: "location", value: "weights.bin" }],
            },
          ],
        }),
      ),
    ),
    code: "MODEL",
    where: { value: "w" },
    says: ['"w"', '"weights.bin"'],
  }),
];

/** The graph contradicts itself: MODEL. */
const contradictions = (): StoredError[] => [
  errorCase({
    title: "a node reads what nothing makes",
    model: oneNode(["y", "Add", "x nothing"]),
    code: "MODEL",
    where: { node: "node_y", value: "nothing" },
    says: ['"nothing"', '"node_y"'],
  }),
  errorCase({
    title: "two nodes that wait for each other",
    model: {
      ...vector,
      nodes: [
        ["a", "Add", "x b"],
        ["b", "Relu", "a"],
      ],
      outputs: "b",
    },
    code: "MODEL",
    says: ["cycle"],
  }),
  errorCase({
    title: "a value made twice",
    model: {
      ...vector,
      nodes: [
        ["y", "Relu", "x"],
        ["y", "Sigmoid", "x"],
      ],
      outputs: "y",
    },
    code: "MODEL",
    where: { value: "y" },
    says: ['"y"'],
  }),
  errorCase({
    title: "an output that nothing makes",
    model: { ...SOUND, outputs: "y lost" },
    code: "MODEL",
    where: { value: "lost" },
    says: ['"lost"'],
  }),
  errorCase({
    title: "no input",
    model: { ...SOUND, inputs: {}, constants: { ...SOUND.constants, x: filled([1, 3, 4, 4], [1]) } },
    code: "MODEL",
    says: ["no inputs"],
  }),
  errorCase({ title: "no output", model: { ...SOUND, outputs: "" }, code: "MODEL", says: ["no outputs"] }),
  errorCase({
    title: "weights that do not fit the data",
    model: { ...SOUND, constants: { ...SOUND.constants, w: filled([2, 5, 3, 3], [1]) } },
    code: "MODEL",
    says: ["Conv"],
  }),
  errorCase({
    title: "no version of the standard operators",
    model: base64(encodeModel(modelMessage(graph, { opset_import: [] }))),
    code: "MODEL",
    says: ["opset"],
  }),
];

/** The model is sound, and asks for what this tool does not have: UNSUPPORTED. */
const unsupported = (): StoredError[] => [
  errorCase({
    title: "a version of the standard operators that is not there yet",
    model: onnxBase64(SOUND, { opset_import: [{ domain: "", version: 99 }] }),
    code: "UNSUPPORTED",
    says: ["99"],
  }),
  errorCase({
    title: "an op of a domain nobody here knows",
    model: onnxBase64(oneNode(["y", "com.example:Fused", "x"]), {
      opset_import: [
        { domain: "", version: 21 },
        { domain: "com.example", version: 1 },
      ],
    }),
    code: "UNSUPPORTED",
    where: { node: "node_y" },
    says: ["com.example", "Fused"],
  }),
  errorCase({
    title: "an input of integers",
    model: base64(encodeModel(modelMessage({ ...graph, input: [valueMessage("x", "int64", [1, 3, 4, 4])] }))),
    code: "UNSUPPORTED",
    where: { value: "x" },
    says: ['"x"', "int64"],
  }),
  errorCase({
    title: "an input without a shape",
    model: base64(
      encodeModel(
        modelMessage({ ...graph, input: [{ name: "x", type: { tensor_type: { elem_type: 1 } } }] }),
      ),
    ),
    code: "UNSUPPORTED",
    where: { value: "x" },
    says: ['"x"', "shape"],
  }),
  errorCase({
    title: "an open axis that is not the batch",
    model: { ...SOUND, inputs: { x: [1, 3, "height", 4] } },
    code: "UNSUPPORTED",
    where: { value: "x" },
    says: ['"x"', "axis 2", '"height"'],
  }),
  errorCase({
    title: "a model that is quantized already",
    model: onnxBase64(
      { ...vector, nodes: [["y", "ai.knight:Add", "x x"]], outputs: "y" },
      {
        opset_import: [
          { domain: "", version: 21 },
          { domain: "ai.knight", version: 1 },
        ],
      },
    ),
    code: "UNSUPPORTED",
    says: ["ai.knight"],
  }),
  errorCase({
    title: "Dropout in training mode",
    model: oneNode(["y", "Dropout", "x ratio training"], {
      constants: {
        ratio: filled([], [0.5]),
        training: { dtype: "bool", dims: [], data: Uint8Array.of(1) },
      },
    }),
    code: "UNSUPPORTED",
    where: { node: "node_y" },
    says: ["Dropout", '"node_y"', "training"],
  }),
  errorCase({
    title: "BatchNormalization in training mode",
    model: {
      inputs: { x: [1, 2, 4] },
      constants: { a: filled([2], [1]) },
      nodes: [["y", "BatchNormalization", "x a a a a", { training_mode: 1 }]],
      outputs: "y",
    },
    code: "UNSUPPORTED",
    where: { node: "node_y" },
    says: ["BatchNormalization", '"node_y"', "training"],
  }),
];

/** Models that must be refused. */
export function badModels(): StoredError[] {
  return [...files(), ...contradictions(), ...unsupported()];
}
