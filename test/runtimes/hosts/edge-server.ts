import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { bundleChild, ROOT } from "../bundle.ts";
import { whyNot } from "../child-process.ts";
import { DENO_ENV, denoBinary, OFFLINE } from "../deno.ts";
import { edgeReport } from "./edge-request.ts";
import type { RuntimeHost } from "./host.ts";
import { FOR_NODE } from "./node.ts";

/** The port that a server prints in its first line. @throws with what it says when it ends without one. */
async function portOf(server: ChildProcess, timeoutMs: number): Promise<number> {
  let said = "";
  server.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text));
  const signal = AbortSignal.timeout(timeoutMs);
  const first = once(server.stdout!, "data", { signal });
  const ended = once(server, "exit", { signal }).then(([code]) => {
    throw new Error(`the server ended with code ${code}\n${said}`);
  });
  ended.catch(() => undefined);
  const [line] = (await Promise.race([first, ended])) as [Buffer];
  return Number(line.toString());
}

/** The edge app as a server of its own process; its input is a pipe, with whose end it ends. */
function edgeServer(
  name: string,
  whyNotHere: RuntimeHost["whyNot"],
  start: () => Promise<ChildProcess>,
): RuntimeHost {
  return {
    name,
    isWasm: true,
    whyNot: whyNotHere,
    async report(timeoutMs) {
      const server = await start();
      try {
        const origin = `http://127.0.0.1:${await portOf(server, timeoutMs)}`;
        return await edgeReport(
          (path, request) => fetch(new Request(`${origin}${path}`, request)),
          timeoutMs,
        );
      } finally {
        server.kill("SIGKILL");
      }
    },
  };
}

export const edgeNode = edgeServer(
  "edge app, Node server",
  () => null,
  async () => {
    const child = await bundleChild("edge-node", FOR_NODE);
    return spawn(process.execPath, [child], { cwd: ROOT });
  },
);

export const edgeDeno = edgeServer(
  "edge app, Deno.serve",
  () => whyNot(denoBinary()),
  async () =>
    spawn(denoBinary(), ["run", ...OFFLINE, "-A", "test/runtimes/children/edge-deno.ts"], {
      cwd: ROOT,
      env: { ...process.env, ...DENO_ENV },
    }),
);
