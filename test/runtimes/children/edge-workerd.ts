// The worker of hosts/edge/workerd.ts as it is, with the conformance suite in front of its routes.
import * as ort from "onnxruntime-web/wasm";
import { createKernels } from "../../../core-ts/kernels/create.ts";
import worker from "../../../hosts/edge/workerd.ts";
import { createWasmBackend } from "../../../hosts/shared/wasm-backend.ts";
import { CONFORMANCE_PATH, conformanceAnswer } from "./conformance-route.ts";
import kernels from "./kernels.wasm";

const parts = async () => ({
  backend: createWasmBackend(ort, { threads: 1, turn: async () => undefined }),
  kernels: createKernels(kernels),
});

export default {
  fetch(...given: Parameters<typeof worker.fetch>): Response | Promise<Response> {
    const [request] = given;
    const isConformance = new URL(request.url).pathname === CONFORMANCE_PATH;
    return isConformance ? conformanceAnswer("workerd", request, parts) : worker.fetch(...given);
  },
};
