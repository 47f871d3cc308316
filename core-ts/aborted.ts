import { AbortedError } from "./errors.ts";

/** @throws AbortedError when the host asked to stop. */
export function checkAborted(host: { readonly signal?: AbortSignal }): void {
  if (host.signal?.aborted) throw new AbortedError("stopped on request");
}
