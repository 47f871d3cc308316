/** What this host uses of Deno's API: the types of the project are Node's. */
export interface DenoRuntime {
  readonly args: readonly string[];
  readonly build: { readonly os: string };
  readonly noColor: boolean;
  readonly stdout: DenoStream;
  readonly stderr: DenoStream;
  readonly env: { get(name: string): string | undefined };
  readonly permissions: {
    querySync(permission: DenoPermission): { readonly state: "granted" | "prompt" | "denied" };
  };
  readonly errors: { readonly BrokenPipe: ErrorClass; readonly NotFound: ErrorClass };
  readonly Command: new (command: string, settings: DenoCommandSettings) => { spawn(): DenoProcess };
  addSignalListener(signal: string, heard: () => void): void;
  exit(code: number): never;
  readFile(path: string | URL): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  open(path: string, options: { readonly read: true }): Promise<DenoFile>;
  stat(path: string): Promise<{ readonly isDirectory: boolean }>;
  realPath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  mkdir(path: string, options?: { readonly recursive: true }): Promise<void>;
  makeTempDir(options: { readonly dir: string; readonly prefix: string }): Promise<string>;
  readDir(path: string): AsyncIterable<{ readonly name: string }>;
  remove(path: string, options?: { readonly recursive: true }): Promise<void>;
  removeSync(path: string, options?: { readonly recursive: true }): void;
}

export type DenoPermission =
  | { readonly name: "read" | "ffi"; readonly path: string }
  | { readonly name: "env"; readonly variable?: string }
  | { readonly name: "run"; readonly command: string };

interface DenoCommandSettings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: "piped";
  readonly stdout: "piped";
  readonly stderr: "piped";
}

export interface DenoProcess {
  readonly stdin: { close(): Promise<void> };
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  readonly status: Promise<{ readonly code: number }>;
  kill(): void;
}

interface DenoStream {
  /** May write a part only; returns how many bytes it took. */
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

interface DenoFile {
  stat(): Promise<{ readonly size: number }>;
  /** Whence 0 counts from the start. */
  seek(offset: number, whence: 0): Promise<number>;
  /** null at the end. */
  read(target: Uint8Array): Promise<number | null>;
  close(): void;
}

type ErrorClass = abstract new (...args: never[]) => Error;

export const deno: DenoRuntime = (globalThis as unknown as { readonly Deno: DenoRuntime }).Deno;
