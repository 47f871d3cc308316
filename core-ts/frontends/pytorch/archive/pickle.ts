/**
 * Pickle as torch.save writes state dicts (Python's pickletools documents the opcodes). Nothing is executed: only the classes that make up
 * tensors and dictionaries are known, by name, and whoever reads gets plain values.
 */
import { ModelError } from "../../../errors.ts";

export interface PickledGlobal {
  readonly global: string;
}
/** A class or function called with arguments. */
export interface PickledCall {
  readonly call: string;
  readonly args: readonly Pickled[];
}
/** What lies outside of the pickle. */
export interface PickledReference {
  readonly reference: Pickled;
}
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Pickled[]
  | Map<Pickled, Pickled>
  | PickledGlobal
  | PickledCall
  | PickledReference;

const MARK = Symbol("mark");
type Slot = Pickled | typeof MARK;

const isCall = (value: Pickled): value is PickledCall =>
  typeof value === "object" && value !== null && "call" in value;
const isGlobal = (value: Slot): value is PickledGlobal =>
  typeof value === "object" && value !== null && "global" in value;

class Reader {
  readonly #view: DataView;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Slot>();
  #at = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly file: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  broken(why: string): ModelError {
    return new ModelError(
      `the pickled weights of ${this.file} can't be read at byte ${this.#at}: ${why}; export the model again with a current torch`,
      { file: this.file },
    );
  }

  #move(count: number): number {
    const at = this.#at;
    if (!(count >= 0) || at + count > this.bytes.length) throw this.broken("they are cut off");
    this.#at += count;
    return at;
  }

  #text(length: number): string {
    const at = this.#move(length);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }

  #line(): string {
    const end = this.bytes.indexOf(10, this.#at);
    if (end < 0) throw this.broken("they are cut off");
    const text = this.#text(end - this.#at);
    this.#at += 1;
    return text;
  }

  #pop(): Pickled {
    const found = this.#stack.pop();
    if (found === undefined || found === MARK) throw this.broken("a value is missing");
    return found;
  }

  #popMark(): Pickled[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.broken("a mark is missing");
    const items = this.#stack.splice(at).slice(1);
    return items as Pickled[];
  }

  #top(): Pickled {
    const found = this.#pop();
    this.#stack.push(found);
    return found;
  }

  #long(): number {
    const length = this.#view.getUint8(this.#move(1));
    const at = this.#move(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]!);
    return Number(BigInt.asIntN(Math.max(8 * length, 1), value));
  }

  #call(): void {
    const [args, callee] = [this.#pop(), this.#pop()];
    if (!isGlobal(callee) || !Array.isArray(args)) throw this.broken("a call of no function");
    const isDict = callee.global === "collections.OrderedDict" && args.length === 0;
    this.#stack.push(isDict ? new Map() : { call: callee.global, args });
  }

  #setItems(items: readonly Pickled[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) throw this.broken("an item of no dictionary");
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  #append(items: readonly Pickled[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.broken("an item of no list");
    list.push(...items);
  }

  #tuple(length: number): void {
    const items = Array.from({ length }, () => this.#pop());
    this.#stack.push(items.reverse());
  }

  #get(key: number): void {
    const found = this.#memo.get(key);
    if (found === undefined) throw this.broken("what it refers to is missing");
    this.#stack.push(found);
  }

  readonly #ops: Readonly<Record<number, () => void>> = {
    128: () => void this.#move(1), // PROTO
    149: () => void this.#move(8), // FRAME
    125: () => void this.#stack.push(new Map()), // EMPTY_DICT
    93: () => void this.#stack.push([]), // EMPTY_LIST
    41: () => void this.#stack.push([]), // EMPTY_TUPLE
    40: () => void this.#stack.push(MARK),
    78: () => void this.#stack.push(null), // NONE
    136: () => void this.#stack.push(true),
    137: () => void this.#stack.push(false),
    74: () => void this.#stack.push(this.#view.getInt32(this.#move(4), true)), // BININT
    75: () => void this.#stack.push(this.#view.getUint8(this.#move(1))), // BININT1
    77: () => void this.#stack.push(this.#view.getUint16(this.#move(2), true)), // BININT2
    138: () => void this.#stack.push(this.#long()), // LONG1
    71: () => void this.#stack.push(this.#view.getFloat64(this.#move(8), false)), // BINFLOAT
    88: () => void this.#stack.push(this.#text(this.#view.getUint32(this.#move(4), true))), // BINUNICODE
    140: () => void this.#stack.push(this.#text(this.#view.getUint8(this.#move(1)))), // SHORT_BINUNICODE
    113: () => void this.#memo.set(this.#view.getUint8(this.#move(1)), this.#top()), // BINPUT
    114: () => void this.#memo.set(this.#view.getUint32(this.#move(4), true), this.#top()), // LONG_BINPUT
    148: () => void this.#memo.set(this.#memo.size, this.#top()), // MEMOIZE
    104: () => this.#get(this.#view.getUint8(this.#move(1))), // BINGET
    106: () => this.#get(this.#view.getUint32(this.#move(4), true)), // LONG_BINGET
    99: () => void this.#stack.push({ global: `${this.#line()}.${this.#line()}` }), // GLOBAL
    147: () => {
      const [name, module] = [this.#pop(), this.#pop()];
      this.#stack.push({ global: `${String(module)}.${String(name)}` });
    }, // STACK_GLOBAL
    82: () => this.#call(), // REDUCE
    129: () => this.#call(), // NEWOBJ
    98: () => void this.#pop(), // BUILD: attributes of an object, for instance the _metadata of a state dict
    116: () => void this.#stack.push(this.#popMark()), // TUPLE
    133: () => this.#tuple(1),
    134: () => this.#tuple(2),
    135: () => this.#tuple(3),
    115: () => {
      const [value, key] = [this.#pop(), this.#pop()];
      this.#setItems([key, value]);
    }, // SETITEM
    117: () => this.#setItems(this.#popMark()), // SETITEMS
    97: () => this.#append([this.#pop()]), // APPEND
    101: () => this.#append(this.#popMark()), // APPENDS
    81: () => void this.#stack.push({ reference: this.#pop() }), // BINPERSID
  };

  read(): Pickled {
    for (;;) {
      const code = this.#view.getUint8(this.#move(1));
      if (code === 46) return this.#pop();
      const op = this.#ops[code];
      if (!op) throw this.broken(`opcode ${code} is not among those of a state dict`);
      op();
    }
  }
}

/** @throws ModelError. */
export function readPickle(bytes: Uint8Array, file: string): Pickled {
  return new Reader(bytes, file).read();
}

/** The call of one of these functions; undefined for anything else. */
export function callOf(value: Pickled, ...names: readonly string[]): PickledCall | undefined {
  return isCall(value) && names.includes(value.call) ? value : undefined;
}
