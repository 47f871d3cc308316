import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { operatorsPage } from "./operators-page.ts";

it("docs/operators.md is what the op records say", async () => {
  await expect(operatorsPage()).toMatchFileSnapshot(
    fileURLToPath(new URL("../../docs/operators.md", import.meta.url)),
  );
});
