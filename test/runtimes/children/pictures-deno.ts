// Runs on Deno as it is. Prints a picture report.
import { PICTURES, pictureReport, RESIZE } from "./pictures.ts";

declare const Deno: { readFile(path: string): Promise<Uint8Array> };

console.log(await pictureReport(await Deno.readFile(PICTURES), await Deno.readFile(RESIZE)));
