import { useRef, useState } from "preact/hooks";
import { AbortedError, type JobEvent, type QuantizeResult, quantize } from "../index.ts";
import type { Inputs } from "./inputs.tsx";
import type { OptionValues } from "./settings.tsx";
import { type Stage, stageClock } from "./stage-clock.ts";

export type JobState =
  | { readonly kind: "none" | "stopped" }
  | { readonly kind: "running"; readonly stage: Stage | undefined }
  | { readonly kind: "failed"; readonly error: unknown }
  | ({ readonly kind: "done"; readonly result: QuantizeResult; readonly ms: number } & Asked);

/** What a job was started with. */
export interface Asked {
  readonly inputs: Inputs;
  readonly options: OptionValues;
}

export interface Job {
  readonly state: JobState;
  readonly log: readonly string[];
  start(inputs: Inputs, options: OptionValues): Promise<void>;
  stop(): void;
}

/** One quantization at a time: its state, its log, and the way to stop it. */
export function useJob(): Job {
  const [state, setState] = useState<JobState>({ kind: "none" });
  const [log, setLog] = useState<readonly string[]>([]);
  const running = useRef<AbortController>(null);
  const start = async (inputs: Inputs, options: OptionValues) => {
    const { model, companions, data } = inputs;
    if (!model) return;
    const controller = new AbortController();
    running.current = controller;
    const stageOf = stageClock(() => performance.now());
    const began = performance.now();
    setLog([]);
    setState({ kind: "running", stage: undefined });
    const onEvent = (event: JobEvent) => {
      if (controller.signal.aborted) return;
      if (event.kind === "progress") setState({ kind: "running", stage: stageOf(event) });
      else setLog((lines) => [...lines, `${event.level}: ${event.message}`]);
    };
    try {
      const settings = { companions, data, options, onEvent, signal: controller.signal };
      const result = await quantize(model, settings);
      setState({ kind: "done", result, inputs, options, ms: performance.now() - began });
    } catch (error) {
      setState(error instanceof AbortedError ? { kind: "stopped" } : { kind: "failed", error });
    }
  };
  return { state, log, start, stop: () => running.current?.abort() };
}
