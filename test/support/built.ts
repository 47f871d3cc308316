import { fileURLToPath } from "node:url";

export { isBuilt } from "../../scripts/setup.mjs";

/** The program as users start it; `npm test` brings dist/ up to date, `npx vitest` does not. */
export const KNIGHT = fileURLToPath(new URL("../../dist/hosts/node/main.js", import.meta.url));
