/**
 * Writes pictures/ and labels/labels.txt: images 80 to 119 of the demo's test set, whose values 0 to 16 become grey 0 to 240.
 *
 *     node examples/classification/make_pictures.mjs
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { encode } from "fast-png";

const [FIRST, COUNT, SIDE] = [80, 40, 8];
const GREY = 15;

const file = (name) => new URL(name, import.meta.url);

/** The numbers of a .npy file of version 1: behind ten bytes and a header, whose length the last two of them are. */
function numbers(name, ArrayOf) {
  const bytes = readFileSync(file(`../digits/${name}`));
  return new ArrayOf(Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

const images = numbers("test_images.npy", Float32Array);
const labels = numbers("test_labels.npy", Int32Array);
const lines = [];
for (const folder of ["pictures", "labels"]) mkdirSync(file(folder), { recursive: true });
for (let i = FIRST; i < FIRST + COUNT; i++) {
  const data = Uint8Array.from(
    images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE),
    (value) => value * GREY,
  );
  const name = `digit_${String(i).padStart(3, "0")}.png`;
  writeFileSync(file(`pictures/${name}`), encode({ width: SIDE, height: SIDE, channels: 1, data }));
  lines.push(`${name} ${labels[i]}\n`);
}
writeFileSync(file("labels/labels.txt"), lines.join(""));
