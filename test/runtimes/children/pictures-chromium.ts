// Runs in a page, bundled. window.pictures(archive, wasm), both in Base64, answers with a picture report.
import { pictureReport } from "./pictures.ts";

declare const window: { pictures(archive: string, wasm: string): Promise<string> };

const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

window.pictures = (archive, wasm) => pictureReport(bytesOf(archive), bytesOf(wasm));
