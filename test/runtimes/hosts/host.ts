import type { RuntimeReport } from "../children/report.ts";

/** A runtime of this machine, or why it is none. */
export interface RuntimeHost {
  readonly name: string;
  /** Whether it runs onnxruntime-web: then it writes the same bytes as all others that do. The native runtime's floats differ in their last bits. */
  readonly isWasm: boolean;
  /** A sentence where the machine lacks something; null where it can run. */
  whyNot(): string | null;
  /** Starts it, has it run the suite and ends it. @throws where it takes longer than `timeoutMs`. */
  report(timeoutMs: number): Promise<RuntimeReport>;
}
