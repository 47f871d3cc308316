import { spawnSync } from "node:child_process";

const { status, error } = spawnSync("python3", ["-c", "import numpy"]);

/** Why scripts in Python can't run here; null where they can. */
export const WHY_NO_PYTHON: string | null = error
  ? "there is no python3"
  : status === 0
    ? null
    : "python3 has no numpy";

/** A title for tests that need it. */
export const needsPython = (title: string): string =>
  WHY_NO_PYTHON === null ? title : `${title} (skipped: ${WHY_NO_PYTHON})`;
