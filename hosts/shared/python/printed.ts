/**
 * What a script prints on one of its streams, shown in whole lines, so that a progress bar can step aside for each. The mark, which the other side writes
 * where a run ends, is taken out: when it has come, all that was printed before has.
 */
export class Printed {
  readonly #decoder = new TextDecoder();
  #text = "";
  #marks = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly mark: string,
    private readonly show: (text: string) => void,
  ) {}

  push(chunk: Uint8Array): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
    for (let at = this.#text.indexOf(this.mark); at >= 0; at = this.#text.indexOf(this.mark)) {
      this.#show(this.#text.slice(0, at), true);
      this.#text = this.#text.slice(at + this.mark.length);
      this.#marks++;
    }
    // A carriage return ends a line too, one that the next covers: the bars of scripts.
    const end = Math.max(this.#text.lastIndexOf("\n"), this.#text.lastIndexOf("\r")) + 1;
    this.#show(this.#text.slice(0, end), false);
    this.#text = this.#text.slice(end);
    this.#wake();
  }

  /** Resolves when so many marks have been read, or when nothing more comes. */
  async marked(count: number): Promise<void> {
    while (this.#marks < count) await new Promise<void>((done) => this.#waiting.push(done));
  }

  /** Nothing more comes: shows what is left. */
  end(): void {
    this.#show(this.#text, true);
    this.#text = "";
    this.#marks = Number.POSITIVE_INFINITY;
    this.#wake();
  }

  #wake(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  #show(text: string, ends: boolean): void {
    if (text !== "") this.show(ends && !/[\n\r]$/.test(text) ? `${text}\n` : text);
  }
}
