/** A file ends before what it promises; the decoder says so in its own words. */
export class OutOfBytes extends Error {}

/** Grows a byte sequence: little-endian, counts as base-128 varints (7 bits a byte, low bits first). */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A whole number from 0 to 2^53 - 1. */
  count(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  real(value: number): void {
    this.raw(new Uint8Array(littleEndian(value)));
  }

  /** UTF-8 behind its length. */
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.count(bytes.length);
    this.raw(bytes);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

function littleEndian(value: number): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  new DataView(buffer).setFloat64(0, value, true);
  return buffer;
}

/** Reads what ByteWriter wrote. @throws OutOfBytes. */
export class ByteReader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.#at;
  }

  raw(length: number): Uint8Array {
    if (length > this.left) throw new OutOfBytes();
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  count(): number {
    let [value, weight] = [0, 1];
    for (;;) {
      const byte = this.raw(1)[0]!;
      value += (byte % 128) * weight;
      if (byte < 128) return value;
      weight *= 128;
    }
  }

  real(): number {
    const bytes = this.raw(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }

  text(): string {
    return new TextDecoder().decode(this.raw(this.count()));
  }
}
