import type { Converter } from "../converter.ts";
import { readExported } from "./archive/exported.ts";
import { Conversion } from "./conversion.ts";

/**
 * The archive of torch.export.save → ONNX, call by call. Values keep the names of the exported graph, weights those in the module. The graph
 * says the shape of every value, and one that is open stays so.
 */
export const fromPytorch: Converter = async ({ model }) => {
  const { program, content } = readExported(model);
  const conversion = new Conversion(program, content, model.name);
  conversion.inputs();
  conversion.given();
  conversion.calls();
  return conversion.finish();
};
