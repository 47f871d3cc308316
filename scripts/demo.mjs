// `npm start`: Knight demo, which is the same for those who have the command only.
import { join } from "node:path";
import { ROOT, runNode } from "./setup.mjs";

/** Runs the demo; `args` go to the quantization. Returns the exit code. */
export function runDemo(args) {
  return runNode(join(ROOT, "dist", "hosts", "node", "main.js"), ["demo", ...args]);
}
