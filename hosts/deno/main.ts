// deno run -A hosts/deno/main.ts quant -m model.onnx ...: the command line of Node. docs/deno.md says what it needs less than -A.
import { withheld } from "./permissions.ts";
import { deno } from "./runtime.ts";

/** What picocolors asks for when it is loaded: without them the program could not even say so. TERM only where there is a terminal. */
const VARIABLES = deno.stdout.isTerminal() ? ["CI", "TERM"] : ["CI"];

const missing = VARIABLES.map((variable) => withheld({ name: "env", variable })).find(
  (one) => one !== undefined,
);
if (missing !== undefined) {
  console.error(
    `error: ${missing}; it says whether colours are welcome: add --allow-env=${VARIABLES.join(",")}`,
  );
  deno.exit(2);
}
const [{ runProgram }, { denoProgram }] = await Promise.all([
  import("../shared/cli/program.ts"),
  import("./program.ts"),
]);
await runProgram(denoProgram);
