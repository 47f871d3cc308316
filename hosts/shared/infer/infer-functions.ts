import { type InferFunctionRegistry, InferFunctions } from "./registry.ts";

/** The table that scripts register in; the loader empties it before each script. */
export const inferFunctions = new InferFunctions();

/** `onnxInferFunc.register("name", async (executor) => accuracy)` makes a function known to -if. */
export const onnxInferFunc: InferFunctionRegistry = inferFunctions;
