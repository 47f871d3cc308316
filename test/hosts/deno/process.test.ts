import { describe } from "vitest";
import { denoCommand, needsDeno, WHY_NO_DENO } from "../../support/deno-command.ts";
import { programSuite } from "../../support/program-suite.ts";

describe.skipIf(WHY_NO_DENO !== null)(needsDeno("the program in Deno"), () => {
  describe.each(["native", "wasm"])("--backend %s", (backend) => {
    programSuite(denoCommand("hosts/deno/main.ts", ["-A"]), ["--backend", backend]);
  });
});
