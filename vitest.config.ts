import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests run the sources, not dist/: the package's own name means its Node entry.
  resolve: { alias: { "knight-quant": fileURLToPath(new URL("hosts/node/index.ts", import.meta.url)) } },
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    globalSetup: "scripts/vitest-setup.mjs",
    // onnxruntime-node is a native library that does not bear being loaded into several worker threads; two cores, two forks.
    pool: "forks",
    poolOptions: { forks: { minForks: 1, maxForks: 2 } },
    // Machines that run tests are slow and shared; what hangs fails all the same.
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
