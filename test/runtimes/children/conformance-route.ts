import type { ConformanceHost } from "../../../conformance/index.ts";
import type { Backend } from "../../../core-ts/backend.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { reportOn } from "./report.ts";

/** Where the edge app of a test answers with what it computes; the real app has no such route. */
export const CONFORMANCE_PATH = "/conformance";

/** Answers a request whose body holds the texts of the case files by name. */
export async function conformanceAnswer(
  runtime: string,
  request: { json(): Promise<unknown> },
  parts: () => Promise<{ readonly backend: Backend; readonly kernels: Kernels }>,
): Promise<Response> {
  try {
    const texts = (await request.json()) as Readonly<Record<string, string>>;
    const readCases: ConformanceHost["readCases"] = async (name) => texts[name]!;
    return Response.json(await reportOn(runtime, { ...(await parts()), readCases }));
  } catch (error) {
    return new Response(error instanceof Error ? `${error.stack}` : String(error), { status: 500 });
  }
}
