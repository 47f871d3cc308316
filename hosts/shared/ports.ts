import type { Backend, Kernels } from "../../core-ts/index.ts";
import type { ExternalReader } from "../../core-ts/onnx/external.ts";
import type { BackendChoice } from "./backend-choice.ts";
import type { Log } from "./cli/log.ts";
import type { PythonNeed } from "./convert/python-command.ts";
import type { ImageCodecs } from "./images/codecs.ts";
import type { RegisteredFunctions } from "./infer/registry.ts";
import type { Rasterizer } from "./plot/rasterizer.ts";
import type { ReportPage } from "./report/report-page.ts";

/** Where text goes, and what it may look like there. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Progress, logs, errors. */
  err(text: string): void;
  /** Whether a person watches the error stream, so that bars make sense. */
  readonly errIsTerminal: boolean;
  /** Whether colours are welcome on results and on the rest. */
  readonly outColors: boolean;
  readonly errColors: boolean;
}

/** A progress bar on a terminal. */
export interface Bar {
  update(done: number, total: number): void;
  stop(): void;
}

/** A folder in which a run's files are made, and from which they are moved into place when all of them are there. */
export interface Staging {
  /** `path` is relative, with forward slashes; folders are made. @throws ConfigError when the disk is full or refuses. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Moves the entries (files or whole folders of the top level) into the target folder, replacing what is there. */
  publish(): Promise<void>;
  /** Removes everything that was not published, and folders made for nothing. May be called twice. */
  discard(): Promise<void>;
}

export interface Files {
  /** @throws ConfigError that says what is wrong with the path, naming `option`. */
  read(path: string, option: string): Promise<Uint8Array>;
  exists(path: string): Promise<boolean>;
  /** Parts of files beside the model at `modelPath`; nothing outside of its folder. */
  external(modelPath: string): ExternalReader;
  /** False for what is not there. */
  isFolder(path: string): Promise<boolean>;
  /** Names in a folder, sorted. @throws ConfigError as `read`. */
  list(folder: string, option: string): Promise<string[]>;
  /** Makes the folder if need be and checks that it takes files. @throws ConfigError naming `option`, -s/--save-dir when absent. */
  stage(folder: string, option?: string): Promise<Staging>;
  /** File name without folder and extension. */
  stem(path: string): string;
  join(folder: string, name: string): string;
  /** The folder a file lies in, and its name there. */
  split(path: string): { readonly folder: string; readonly name: string };
  /** What a folder name may not hold here, besides the slash. */
  readonly reserved: RegExp;
}

/** What the user has stored for all runs. */
export interface UserDefaults {
  /** Where, for messages. */
  readonly place: string;
  /** The stored chip; undefined when there is none. @throws ConfigError when what is stored can't be read. */
  chip(): Promise<string | undefined>;
  /** @throws ConfigError when it can't be stored. */
  storeChip(chip: string): Promise<void>;
}

/** A module of python/, run by the user's own Python. */
export interface PythonRun {
  /** As --python gives it; undefined: python3 or python on the PATH. */
  readonly interpreter: string | undefined;
  readonly need: PythonNeed;
  /** For instance onnx_quantize_tool.export_model; it gets a folder as its only argument. */
  readonly module: string;
  /** Written to request.json in that folder. */
  readonly request: Readonly<Record<string, unknown>>;
  /** More files for that folder. */
  readonly inputs?: ReadonlyMap<string, Uint8Array>;
  /** Gets what it prints. */
  show(text: string): void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface PythonOutcome {
  readonly code: number;
  readonly interpreter: string;
  /** What lies in the folder when it has ended. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A program of python/ that the user's own Python runs for as long as it is needed. */
export interface PythonStart {
  /** As --python gives it; undefined: python3 or python on the PATH. */
  readonly interpreter: string | undefined;
  /** File in python/. */
  readonly program: string;
  readonly args: readonly string[];
  /** Get what it answers, and what it prints on its two streams. */
  onAnswer(bytes: Uint8Array): void;
  onOut(bytes: Uint8Array): void;
  onError(bytes: Uint8Array): void;
}

/** How a process ended: one of the two is there. */
export interface PythonEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running Python. It ends with this process, however that ends. */
export interface PythonProcess {
  readonly interpreter: string;
  /** Resolves when it has ended, and all that it wrote has been handed over. */
  readonly ended: Promise<PythonEnd>;
  send(parts: readonly Uint8Array[]): void;
  /** Asks it to end, with `interrupt` in the middle of its work; after a grace it is made to. */
  stop(interrupt: boolean): Promise<void>;
}

/** All that the command needs from the runtime it stands on. */
export interface Ports {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly defaults: UserDefaults;
  /** Milliseconds, from any origin. */
  now(): number;
  /** A bar on the terminal's error stream; asked for only when that is a terminal. */
  startBar(label: string, total: number): Bar;
  /** Fires when the user asks to stop. */
  readonly signal: AbortSignal;
  /** Runs a user script and gives the functions it registered. @throws ConfigError naming the script. */
  loadScript(path: string): Promise<RegisteredFunctions>;
  /** Runs the user's Python; absent where no program can be started. @throws ConfigError where there is no Python. */
  runPython?(run: PythonRun): Promise<PythonOutcome>;
  /** Starts a program in the user's Python; absent where none can be started. @throws ConfigError where there is no Python. */
  startPython?(start: PythonStart): Promise<PythonProcess>;
  /**
   * The runtime that runs models, on so many threads. Only hosts with a native one look at `choice`.
   * @throws ConfigError for one that this host can't load.
   */
  createBackend(threads: number, choice: BackendChoice, log: Log): Promise<Backend>;
  loadKernels(log: (message: string) => void): Promise<Kernels>;
  /** What handles pictures; asked for when there is one to be resized. */
  loadImages(): Promise<ImageCodecs>;
  /** What makes PNG files of charts; absent where there are only SVG files. */
  loadRasterizer?(): Promise<Rasterizer>;
  /** The page that shows a report; asked for when one is written. */
  loadReportPage(): Promise<ReportPage>;
  /** Peak resident memory of this process in bytes; undefined where nobody tells. */
  peakMemory?(): Promise<number | undefined>;
  /** examples/digits, as a person would name it; absent where the project's files are not at hand. */
  readonly demoFolder?: string;
  readonly cpuCount: number;
  readonly version: string;
}
