#!/usr/bin/env node
// Generates generated/NAME.{js,d.ts} beside every core-ts/**/proto/NAME.proto with protobufjs' static-module target: code without reflection,
// which runs where `eval` is forbidden. Does nothing for an output that is newer than its source.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function generate(source, name, output) {
  mkdirSync(dirname(output), { recursive: true });
  const leaveOut = ["--no-verify", "--no-convert", "--no-delimited", "--no-typeurl"];
  const args = [
    ...["-t", "static-module", "-w", "esm", "--dependency", "protobufjs/minimal.js"],
    // A root of its own each: messages of two formats may bear one name.
    ...["-r", name, ...leaveOut, "--dts", "-o", output, source],
  ];
  const { status } = spawnSync(process.execPath, [`${root}node_modules/protobufjs-cli/bin/pbjs`, ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  process.stderr.write(`protobuf code of ${name} built\n`);
}

for (const path of readdirSync(join(root, "core-ts"), { recursive: true })) {
  if (!path.endsWith(".proto")) continue;
  const source = join(root, "core-ts", path);
  const name = basename(source, ".proto");
  const output = join(dirname(source), "..", "generated", `${name}.js`);
  if (!existsSync(output) || statSync(output).mtimeMs < statSync(source).mtimeMs)
    generate(source, name, output);
}
