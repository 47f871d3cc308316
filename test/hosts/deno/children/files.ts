// Runs in Deno; prints what the rules about files come to on its disk.
import { denoFileSystem } from "../../../../hosts/deno/file-system.ts";
import { fileScenario } from "./scenario.ts";

console.log(JSON.stringify(await fileScenario(denoFileSystem)));
