import { chromiumHost } from "./chromium.ts";
import { denoHost } from "./deno.ts";
import { edgeDeno, edgeNode } from "./edge-server.ts";
import { edgeWorkerd } from "./edge-workerd.ts";
import type { RuntimeHost } from "./host.ts";
import { nodeHost } from "./node.ts";

/** Every host, in the order of the table. */
export const HOSTS: readonly RuntimeHost[] = [
  nodeHost("Node, onnxruntime-node", "native", 1),
  nodeHost("Node, onnxruntime-web", "wasm", 1),
  nodeHost("Node, onnxruntime-web, 2 threads", "wasm", 2),
  denoHost("Deno", 1),
  denoHost("Deno, 2 threads", 2),
  chromiumHost("Chromium", 1),
  chromiumHost("Chromium, 2 threads", 2),
  edgeNode,
  edgeDeno,
  edgeWorkerd,
];
