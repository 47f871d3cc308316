// Runs in workerd, which compiles no bytes. Answers the archive in a request's body with a picture report.
import { pictureReport } from "./pictures.ts";
import resize from "./resize.wasm";

export default {
  async fetch(request: Request): Promise<Response> {
    return new Response(await pictureReport(new Uint8Array(await request.arrayBuffer()), resize));
  },
};
