#!/usr/bin/env node
// node scripts/run.mjs start|test|build|bench|page|edge|conformance [arguments]
// The one way in: it installs and builds what is missing or out of date, then does what was asked. npm's own pre/post
// scripts would not run, since .npmrc sets ignore-scripts. Needs nothing but Node and npm, and stays readable to an old
// Node, so that it can say what is wrong: everything newer is imported after the check.
const REQUIRED_NODE = 20;
const COMMANDS = ["start", "test", "build", "bench", "page", "edge", "conformance"];

/** Does what was asked and returns the exit code. */
async function run(command, args) {
  const { ensureInstalled, ensureBuilt } = await import("./setup.mjs");
  ensureInstalled();
  ensureBuilt();
  if (["test", "build", "page"].includes(command))
    await (await import("./build-browser.mjs")).ensureBrowserBuilt();
  if (command === "page") return (await import("./serve-page.mjs")).runPage(args);
  if (command === "edge") {
    // In this process, so that a signal reaches the server.
    await import("../dist/hosts/edge/node.js");
    return 0;
  }
  if (command === "start") return (await import("./demo.mjs")).runDemo(args);
  if (command === "test")
    return (await import("./setup.mjs")).runPackage("vitest/vitest.mjs", ["run", ...args]);
  if (command === "conformance")
    return (await import("./bench.mjs")).runSource("test/runtimes/print-table.ts", args);
  if (command === "bench") return (await import("./bench.mjs")).runBench(args);
  return 0;
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

const [command, ...args] = process.argv.slice(2);
if (Number(process.versions.node.split(".")[0]) < REQUIRED_NODE) {
  refuse(
    `Knight Quant needs Node ${REQUIRED_NODE} or newer, and this is Node ${process.versions.node}: install a newer one from https://nodejs.org and run this again.`,
  );
} else if (!COMMANDS.includes(command)) {
  refuse(
    `Usage: node scripts/run.mjs ${COMMANDS.join("|")} [arguments]${command ? `; "${command}" is none of them.` : ""}`,
  );
} else {
  run(command, args).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => refuse(error.name === "SetupError" ? error.message : error.stack),
  );
}
