/** First bytes of the files that hold data, and the ending that goes with each. */
const SIGNATURES: readonly (readonly [bytes: readonly number[], ending: string])[] = [
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], ".npy"],
  [[0x50, 0x4b, 0x03, 0x04], ".npz"],
  [[0x89, 0x50, 0x4e, 0x47], ".png"],
  [[0xff, 0xd8, 0xff], ".jpg"],
  [[0x42, 0x4d], ".bmp"],
];

/** A name for content that came without one: `stem` and the ending its first bytes ask for, or `otherwise`. */
export function nameFor(bytes: Uint8Array, stem: string, otherwise: string): string {
  const found = SIGNATURES.find(([signature]) => signature.every((byte, i) => bytes[i] === byte));
  return `${stem}${found?.[1] ?? otherwise}`;
}
