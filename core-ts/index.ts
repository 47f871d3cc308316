/** The core: everything a host needs, nothing that needs a host. */
export type { Backend, Feeds, Session, SessionUse } from "./backend.ts";
export { type BitWidth, type Chip, DEFAULT_CHIP, FAMILIES, findChip } from "./chips/index.ts";
export {
  AbortedError,
  ConfigError,
  DataError,
  type ErrorCode,
  HardwareRangeError,
  InternalError,
  KnightError,
  ModelError,
  UnsupportedError,
} from "./errors.ts";
export { type Inference, openInference } from "./evaluate/inference.ts";
export type { LayerListener } from "./evaluate/layers.ts";
export { createKernels } from "./kernels/create.ts";
export type { Kernels } from "./kernels/kernels.ts";
export { OBSERVERS, type ObserverName } from "./observers/index.ts";
export * from "./pipeline.ts";
export { describePlan } from "./plan/describe.ts";
export type { QuantPlan } from "./plan/plan.ts";
export type { LayerError } from "./report/layer-error.ts";
export { DTYPE_CODES, type DType } from "./tensor/dtype.ts";
export * from "./tensor/tensor.ts";
