import { type ErrorCode, type ErrorPlace, KnightError } from "../../core-ts/errors.ts";

/** Kinds of problems besides the core's own: what the server itself refuses or can't do. */
type RequestCode =
  | "BAD_REQUEST"
  | "INVALID_REQUEST"
  | "UNAUTHORIZED"
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "UNSUPPORTED_MEDIA"
  | "BODY_TOO_LARGE"
  | "LIMIT"
  | "TOO_MANY_REQUESTS"
  | "TIMEOUT"
  | "BUSY"
  | "GONE"
  | "NOT_IMPLEMENTED";

export type ProblemCode = RequestCode | ErrorCode;

/** HTTP status and title by code; the status is the same wherever the code arises. */
const KINDS: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  BAD_REQUEST: [400, "The request is malformed"],
  INVALID_REQUEST: [422, "The request does not fit its schema"],
  UNAUTHORIZED: [401, "A token is needed"],
  NOT_FOUND: [404, "There is no such resource"],
  METHOD_NOT_ALLOWED: [405, "The method is not allowed here"],
  UNSUPPORTED_MEDIA: [415, "The body's media type is not supported"],
  BODY_TOO_LARGE: [413, "The body is too large"],
  LIMIT: [422, "A limit of this server is exceeded"],
  TOO_MANY_REQUESTS: [429, "Too many requests at a time"],
  TIMEOUT: [503, "The job took too long"],
  BUSY: [503, "The server is busy"],
  GONE: [499, "The client went away"],
  NOT_IMPLEMENTED: [501, "This runtime can't do that"],
  MODEL: [422, "The model is broken"],
  UNSUPPORTED: [422, "The model asks for something that is not supported"],
  CONFIG: [422, "An option is wrong"],
  DATA: [422, "The data are wrong"],
  HARDWARE_RANGE: [422, "A number does not fit the hardware"],
  ABORTED: [503, "The job was stopped"],
  INTERNAL: [500, "A mistake of this server"],
};

/** One field of a request that does not fit. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface ProblemDetails {
  readonly where?: ErrorPlace;
  readonly errors?: readonly FieldError[];
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9457, with the code and place of KnightError. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id. */
  readonly instance: string;
  readonly code: ProblemCode;
  readonly where?: ErrorPlace;
  readonly errors?: readonly FieldError[];
}

/** Something that is answered with a problem document. `message` is its detail. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly details: ProblemDetails = {},
  ) {
    super(detail);
    this.name = "Problem";
  }

  get status(): number {
    return KINDS[this.code][0];
  }

  get headers(): Record<string, string> {
    const { retryAfter, headers } = this.details;
    return { ...headers, ...(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) }) };
  }

  document(requestId: string): ProblemDocument {
    const { where, errors } = this.details;
    return {
      type: `urn:problem-type:knight:${this.code.toLowerCase().replaceAll("_", "-")}`,
      title: KINDS[this.code][1],
      status: this.status,
      detail: this.message,
      instance: requestId,
      code: this.code,
      ...(where && Object.keys(where).length > 0 ? { where } : {}),
      ...(errors ? { errors } : {}),
    };
  }
}

const HIDDEN = "something went wrong inside the server; its log tells more under this request id";

/** What to answer for anything that was thrown. The text of mistakes of ours stays in the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof KnightError) || error.code === "INTERNAL") return new Problem("INTERNAL", HIDDEN);
  return new Problem(error.code, error.message, { where: error.where });
}
