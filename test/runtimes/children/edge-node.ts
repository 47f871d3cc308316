// The edge app under @hono/node-server, bundled, on a port of the system's choice, which it prints; ends when its input ends.
import { serve } from "@hono/node-server";
import { nodePorts } from "../../../hosts/node/ports.ts";
import { edgeApp } from "./edge-app.ts";

const app = edgeApp(`Node ${process.versions.node}`, nodePorts(new AbortController().signal));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => console.log(port));
process.stdin.on("end", () => process.exit(0)).resume();
