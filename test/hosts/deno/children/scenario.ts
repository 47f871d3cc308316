import { defaultsIn } from "../../../../hosts/shared/files/defaults.ts";
import type { FileSystem } from "../../../../hosts/shared/files/file-system.ts";
import { filesOn } from "../../../../hosts/shared/files/files.ts";
import { systemReason } from "../../../../hosts/shared/files/system-reason.ts";

const bytes = (content: string) => new TextEncoder().encode(content);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

/** What a promise gives, or the sentence it fails with. */
const told = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => systemReason(error));

/** Parts of w.bin, which lies beside a model, and of what lies elsewhere. */
async function external(fs: FileSystem): Promise<unknown[]> {
  const read = filesOn(fs).external("model/m.onnx");
  const part = (location: string, offset: number, length?: number) =>
    told(Promise.resolve(read(location, offset, length)).then(text));
  return [
    await part("w.bin", 2, 3),
    await part("w.bin", 7),
    await part("w.bin", 10),
    await part("w.bin", 8, 3),
    await part("none.bin", 0, 1),
    await part("inside.bin", 0, 1),
    await part("outside.bin", 0, 1),
  ];
}

/** A run that succeeds over an older one, one that is given up, and folders that can't be had. */
async function staging(fs: FileSystem): Promise<unknown[]> {
  const { stage } = filesOn(fs);
  const first = await stage("out/new");
  await first.write("m.onnx", bytes("first"));
  await first.write("steps/a.onnx", bytes("first"));
  const hidden = (await fs.list("out/new")).length;
  await first.publish();
  await first.discard();
  const second = await stage("out/new");
  await second.write("m.onnx", bytes("second"));
  await second.write("steps/b.onnx", bytes("second"));
  await second.publish();
  await second.discard();
  await second.discard();
  const given = await stage("gone/deep");
  await given.write("x/y", bytes("never seen"));
  await given.discard();
  return [
    hidden,
    (await fs.list("out/new")).toSorted(),
    await fs.list("out/new/steps"),
    text(await fs.readFile("out/new/m.onnx")),
    await filesOn(fs).exists("gone"),
    await told(stage("model/w.bin")),
    await told(stage("model/w.bin/sub")),
  ];
}

async function defaults(fs: FileSystem): Promise<unknown[]> {
  const stored = defaultsIn(fs, "config/knight-quant");
  const before = await stored.chip();
  await stored.storeChip("generic");
  const broken = defaultsIn(fs, "model/w.bin");
  return [
    before ?? "none",
    await stored.chip(),
    await fs.list("config/knight-quant"),
    await told(broken.storeChip("generic")),
  ];
}

/**
 * What the rules about files come to on a disk: the same on every host. The current folder holds model/w.bin with ten digits, the symbolic links
 * model/inside.bin to it and model/outside.bin to secret.bin beside the folder; the rest is made here.
 */
export async function fileScenario(fs: FileSystem): Promise<Record<string, unknown>> {
  return {
    external: await external(fs),
    staging: await staging(fs),
    defaults: await defaults(fs),
    reasons: [
      await told(fs.readFile("nothing")),
      await told(fs.readFile("model")),
      await told(fs.writeFile("/dev/full", bytes("x"))),
      await told(fs.removeEmptyFolder("model")),
    ],
  };
}
