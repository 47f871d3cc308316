export interface PageServer {
  readonly url: string;
  readonly closed: Promise<unknown>;
  close(): Promise<unknown>;
}

/** `port` 0 takes a free one; `isolated`, on unless said otherwise, sends the headers that give threads; `bare` sends no headers. */
export function servePage(options?: {
  readonly port?: number;
  readonly isolated?: boolean;
  readonly bare?: boolean;
  readonly root?: string;
}): Promise<PageServer>;

/** The page's policy; "meta" is the form for the page itself. */
export function contentSecurityPolicy(where: "header" | "meta"): string;
