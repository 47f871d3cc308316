/**
 * Graphs of TensorFlow, frozen (GraphDef) or as a SavedModel → ONNX. Images turn from NHWC to NCHW once, at the input or where it is needed first:
 * every value carries the order its axes lie in, and ops take it as it lies wherever they can.
 */
import { ConfigError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";
import type { ConversionRequest, Converter } from "../converter.ts";
import { buildModel } from "./build.ts";
import { findEnds } from "./ends.ts";
import { readModel } from "./file.ts";
import { inputTypes, isImage } from "./inputs.ts";

const TO_CHW = "-c2chw/--convert2chw";

const transposes = ({ graph }: Model): number => graph.nodes.filter(({ op }) => op === "Transpose").length;

export const fromTensorflow: Converter = async (request: ConversionRequest): Promise<Model> => {
  const file = request.model.name;
  const source = await readModel(request);
  const { nodes } = source.graph;
  const between = findEnds({ ...request, signature: source.signature }, nodes, file);
  const hasImage = inputTypes(between.starts, source.graph).some(isImage);
  if (request.toChw) {
    if (hasImage) return buildModel(source, between, "channelsFirst", file);
    throw new ConfigError(
      `${TO_CHW} turns inputs of four dimensions round, and the model has none; leave it out`,
      { option: TO_CHW },
    );
  }
  const asInFile = buildModel(source, between, "asInFile", file);
  if (!hasImage || transposes(asInFile) === 0) return asInFile;
  // Where a Transpose is needed anyway it stands at the input, unless that makes more of them.
  const turned = buildModel(source, between, "turned", file);
  return transposes(turned) > transposes(asInFile) ? asInFile : turned;
};
