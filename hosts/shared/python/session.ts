import { AbortedError, ConfigError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Ports, PythonEnd, PythonProcess } from "../ports.ts";
import { encodeFrame, type Frame, FrameReader, type Header } from "./frames.ts";
import { Printed } from "./printed.ts";

const PROGRAM = "onnx_quantize_tool/run_functions.py";

/** What was printed before an answer is waited for so long: a script may have closed its streams, or led them elsewhere. */
const PRINTED_WITHIN_MS = 500;

/** What ends a process from outside, in words. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: "by SIGKILL, most often by the system because memory has run out: smaller batches (-bs) need less",
  SIGTERM: "by SIGTERM, from outside",
};

function endText({ code, signal }: PythonEnd): string {
  if (signal === null) return `ended with exit code ${code}, without an error of the script`;
  return `was ended ${SIGNALS[signal] ?? `by ${signal}: compiled code of a package has crashed; what it printed says where`}`;
}

interface Pending {
  /** What Python is doing, for messages. */
  readonly doing: string;
  done(frame: Frame): void;
  failed(error: unknown): void;
}

/** The user's Python with a script in it, which answers one request at a time. */
export class PythonSession {
  /** No script prints it by chance. */
  readonly #token = `knight-${Math.random().toString(36).slice(2)}`;
  readonly #out: Printed;
  readonly #err: Printed;
  #python: PythonProcess | undefined;
  #pending: Pending | undefined;
  #end: PythonEnd | undefined;
  #answers = 0;

  private constructor(private readonly ports: Ports) {
    const mark = `\0${this.#token}\0`;
    this.#out = new Printed(mark, (text) => ports.terminal.out(text));
    this.#err = new Printed(mark, (text) => ports.terminal.err(text));
  }

  /**
   * Starts Python and has it load the script.
   * @returns what came of it, an answer of the kind "ready", "failed" or "unfit".
   * @throws ConfigError where there is no Python, or it ends; AbortedError.
   */
  static async start(
    ports: Ports,
    startPython: NonNullable<Ports["startPython"]>,
    { script, interpreter }: { readonly script: string; readonly interpreter: string | undefined },
  ): Promise<{ readonly session: PythonSession; readonly header: Header }> {
    const session = new PythonSession(ports);
    const stop = () => void session.close();
    ports.signal.addEventListener("abort", stop);
    try {
      const first = session.#answer(`it loaded ${script}`);
      await session.#start(startPython, { script, interpreter });
      return { session, header: (await first).header };
    } catch (error) {
      await session.close();
      throw ports.signal.aborted ? new AbortedError("stopped on request") : error;
    } finally {
      ports.signal.removeEventListener("abort", stop);
    }
  }

  /** Sends a request and gives the answer. @throws ConfigError when Python ends instead. */
  ask(doing: string, header: Header, tensors: readonly Tensor[] = []): Promise<Frame> {
    const answer = this.#answer(doing);
    if (this.#end) this.#failed(this.#end);
    else this.#python!.send(encodeFrame(header, tensors));
    return answer;
  }

  /** Ends Python, in the middle of its work if need be. May be called twice. */
  async close(): Promise<void> {
    if (!this.#end) await this.#python?.stop(this.#pending !== undefined);
  }

  async #start(
    startPython: NonNullable<Ports["startPython"]>,
    { script, interpreter }: { readonly script: string; readonly interpreter: string | undefined },
  ): Promise<void> {
    const reader = new FrameReader((frame) => void this.#received(frame));
    this.#python = await startPython({
      interpreter,
      program: PROGRAM,
      args: [script, this.#token],
      onAnswer: (bytes) => this.#read(reader, bytes),
      onOut: (bytes) => this.#out.push(bytes),
      onError: (bytes) => this.#err.push(bytes),
    });
    void this.#python.ended.then((end) => {
      this.#end = end;
      this.#out.end();
      this.#err.end();
      this.#failed(end);
    });
    if (this.ports.signal.aborted) await this.close();
  }

  #answer(doing: string): Promise<Frame> {
    const answer = new Promise<Frame>((done, failed) => {
      this.#pending = { doing, done, failed };
    });
    // Looked at later than it may fail.
    answer.catch(() => undefined);
    return answer;
  }

  #read(reader: FrameReader, bytes: Uint8Array): void {
    try {
      reader.push(bytes);
    } catch (error) {
      this.#pending?.failed(error);
      void this.close();
    }
  }

  async #received(frame: Frame): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (frame.header.kind !== "forward") await this.#printed(++this.#answers);
    pending?.done(frame);
  }

  /** Resolves when what was printed before the answer has been shown. */
  async #printed(answers: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((done) => {
      timer = setTimeout(done, PRINTED_WITHIN_MS);
    });
    await Promise.race([Promise.all([this.#out.marked(answers), this.#err.marked(answers)]), late]);
    clearTimeout(timer);
  }

  #failed(end: PythonEnd): void {
    const pending = this.#pending;
    this.#pending = undefined;
    // One that is too old does not get as far as to say so.
    const hint = this.#answers === 0 ? "; Python 3.7 or newer is needed" : "";
    pending?.failed(
      new ConfigError(
        `Python (${this.#python?.interpreter}) ${endText(end)}, while ${pending.doing}${hint}`,
        { option: "-uds/--user-defined-script" },
      ),
    );
  }
}
