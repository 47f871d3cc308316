#!/usr/bin/env node
// Generates core-ts/onnx/generated/onnx.{js,d.ts} from onnx.proto with protobufjs' static-module target: code without reflection,
// which runs where `eval` is forbidden. Does nothing when the output is newer than the source.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = `${root}core-ts/onnx/proto/onnx.proto`;
const output = `${root}core-ts/onnx/generated/onnx.js`;

if (!existsSync(output) || statSync(output).mtimeMs < statSync(source).mtimeMs) {
  mkdirSync(dirname(output), { recursive: true });
  const leaveOut = ["--no-verify", "--no-convert", "--no-delimited", "--no-typeurl"];
  const args = [
    "-t",
    "static-module",
    "-w",
    "esm",
    "--dependency",
    "protobufjs/minimal.js",
    ...leaveOut,
    "--dts",
    "-o",
    output,
    source,
  ];
  const { status } = spawnSync(process.execPath, [`${root}node_modules/protobufjs-cli/bin/pbjs`, ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  process.stderr.write("protobuf code built\n");
}
