// The edge app under Deno.serve, on a port of the system's choice, which it prints; ends when its input ends.
import { denoPorts } from "../../../hosts/deno/ports.ts";
import { edgeApp } from "./edge-app.ts";

declare const Deno: {
  readonly version: { readonly deno: string };
  readonly stdin: { read(into: Uint8Array): Promise<number | null> };
  serve(
    options: { hostname: string; port: number; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): unknown;
  exit(code: number): never;
};

const app = edgeApp(`Deno ${Deno.version.deno}`, denoPorts(new AbortController().signal));
const onListen = ({ port }: { readonly port: number }) => console.log(port);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => app.fetch(request));
while ((await Deno.stdin.read(new Uint8Array(1))) !== null);
Deno.exit(0);
