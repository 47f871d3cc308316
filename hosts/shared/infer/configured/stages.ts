import type { Files, Staging } from "../../ports.ts";

/** Files that a task writes beside the data: they appear together when the run has succeeded. */
export class Stages {
  readonly #stages = new Map<string, { readonly staging: Staging; readonly what: string }>();

  constructor(private readonly files: Files) {}

  /** @throws ConfigError where the folder takes no files. */
  async open(folder: string, what: string): Promise<Staging> {
    const known = this.#stages.get(folder);
    if (known) return known.staging;
    const staging = await this.files.stage(folder, "label_dir");
    this.#stages.set(folder, { staging, what });
    return staging;
  }

  /** Gives a sentence for each folder. */
  async publish(): Promise<string[]> {
    const told: string[] = [];
    for (const [folder, { staging, what }] of this.#stages) {
      await staging.publish();
      told.push(`written to ${folder}: ${what}`);
    }
    return told;
  }

  async discard(): Promise<void> {
    for (const { staging } of this.#stages.values()) await staging.discard();
  }
}
