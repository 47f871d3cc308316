import { ModelError, UnsupportedError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";

/** The oldest standard opset that is read: the first with numpy's broadcasting. */
export const LOWEST_OPSET = 7;
/** The newest: 22 only gave ops of 21 more element types. */
export const HIGHEST_OPSET = 22;

/** @throws UnsupportedError for a version outside of what is read; `what` names who asks for it. */
export function checkOpset(version: number, what: string): void {
  if (version >= LOWEST_OPSET && version <= HIGHEST_OPSET) return;
  throw new UnsupportedError(
    `${what} uses version ${version} of the standard ONNX operators; versions ${LOWEST_OPSET} to ${HIGHEST_OPSET} are read: export it with an opset in that range, for instance 17`,
  );
}

/** Version of the standard opset the model is written in. @throws ModelError when it states none, UnsupportedError. */
export function standardOpset(model: Model): number {
  const version = model.opsets.get("");
  if (version === undefined) {
    throw new ModelError(
      `the model does not say which version of the standard ONNX operators it uses (opset_import); export it again with an opset of ${LOWEST_OPSET} to ${HIGHEST_OPSET}`,
    );
  }
  checkOpset(version, "the model");
  return version;
}
