import {
  getMultipartBoundary,
  MaxPartsExceededError,
  MultipartParseError,
  MultipartParser,
  type MultipartPart,
} from "@remix-run/multipart-parser";
import { reasonOf } from "../../core-ts/errors.ts";
import type { JobFile } from "../shared/job/index.ts";
import type { EdgeConfig } from "./config.ts";
import { orAborted } from "./deadline.ts";
import { Problem } from "./problem.ts";

/** Fields of a multipart body: files in the order they came, texts as they are. */
export interface Form {
  readonly files: ReadonlyMap<string, readonly JobFile[]>;
  readonly texts: ReadonlyMap<string, string>;
}

type FormLimits = Pick<EdgeConfig, "maxBody" | "maxParts">;

function tooLarge({ maxBody }: FormLimits): Problem {
  return new Problem("BODY_TOO_LARGE", `the body is larger than ${maxBody} bytes, this server's limit`);
}

function malformed(why: string): Problem {
  return new Problem("BAD_REQUEST", `the body is no multipart/form-data that can be read: ${why}`);
}

/** The boundary of the body's parts. @throws Problem 415 for another media type, 413 for a length that is said to be too large. */
function boundaryOf({ headers }: Request, limits: FormLimits): string {
  const type = headers.get("content-type") ?? "";
  const encoding = headers.get("content-encoding");
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new Problem(
      "UNSUPPORTED_MEDIA",
      `the body is ${type || "of no stated type"}, expected multipart/form-data`,
    );
  }
  if (encoding && encoding !== "identity") {
    throw new Problem("UNSUPPORTED_MEDIA", `the body has content-encoding ${encoding}, expected none`);
  }
  const boundary = getMultipartBoundary(type);
  if (!boundary) throw malformed("its content-type states no boundary");
  if (Number(headers.get("content-length")) > limits.maxBody) throw tooLarge(limits);
  return boundary;
}

/** What may follow the last part (RFC 2046 allows an epilogue) is not for the parser, which takes it for a mistake. */
function isOver(parser: MultipartParser): boolean {
  try {
    parser.finish();
    return true;
  } catch {
    return false;
  }
}

/** Parts as they come in; refuses while it reads. */
async function* readParts(
  request: Request,
  limits: FormLimits,
  signal: AbortSignal,
): AsyncGenerator<MultipartPart> {
  const parser = new MultipartParser(boundaryOf(request, limits), {
    maxParts: limits.maxParts,
    maxFileSize: limits.maxBody,
    maxTotalSize: limits.maxBody,
  });
  const reader = request.body?.getReader();
  if (!reader) throw malformed("it is empty");
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await orAborted(reader.read(), signal);
      if (done) break;
      size += value.length;
      if (size > limits.maxBody) throw tooLarge(limits);
      if (value.length > 0 && !isOver(parser)) yield* parser.write(value);
    }
    parser.finish();
  } finally {
    // Of a body that was refused nobody reads the rest.
    reader.cancel().catch(() => undefined);
  }
}

function problemOfReading(error: unknown, { maxParts }: FormLimits): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof MaxPartsExceededError)
    return new Problem("LIMIT", `the body has more than ${maxParts} parts, this server's limit`);
  if (error instanceof MultipartParseError || error instanceof TypeError) return malformed(reasonOf(error));
  return error;
}

function addPart(part: MultipartPart, files: Map<string, JobFile[]>, texts: Map<string, string>): void {
  const { name, filename } = part;
  if (!name) throw malformed("a part has no name");
  if (filename === undefined) {
    if (texts.has(name)) throw malformed(`the text field "${name}" comes twice`);
    texts.set(name, part.text);
    return;
  }
  files.set(name, [...(files.get(name) ?? []), { name: filename, bytes: part.bytes }]);
}

/**
 * Reads a multipart/form-data body, counting bytes and parts on the way.
 * @throws Problem 400 malformed, 413 too many bytes, 415 another type, 422 too many parts; what the signal carries.
 */
export async function readForm(request: Request, limits: FormLimits, signal: AbortSignal): Promise<Form> {
  const files = new Map<string, JobFile[]>();
  const texts = new Map<string, string>();
  try {
    for await (const part of readParts(request, limits, signal)) addPart(part, files, texts);
  } catch (error) {
    throw problemOfReading(error, limits);
  }
  return { files, texts };
}
