import { unzipSync } from "fflate";
import { PICTURE_ENDINGS, pictureSize } from "../shared/images/decode.ts";
import type { Size } from "../shared/images/picture.ts";
import type { JobFile } from "../shared/job/index.ts";
import type { EdgeConfig } from "./config.ts";
import { Problem } from "./problem.ts";

type Limits = Pick<EdgeConfig, "maxUnpacked">;

/** Adds up what files unpack to. */
class Budget {
  #left: number;

  constructor(private readonly limits: Limits) {
    this.#left = limits.maxUnpacked;
  }

  spend(bytes: number, file: string): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new Problem(
      "LIMIT",
      `the data unpack to more than ${this.limits.maxUnpacked} bytes, this server's limit (at "${file}")`,
      { where: { file } },
    );
  }
}

/** Sizes by the archive's directory: who unpacks makes room for so much and no more, whatever really comes out. */
function measureArchive({ name, bytes }: JobFile, budget: Budget): void {
  try {
    unzipSync(bytes, {
      filter({ originalSize }) {
        budget.spend(originalSize, name);
        return false;
      },
    });
  } catch (error) {
    if (error instanceof Problem) throw error;
    // A damaged archive: the job says what is wrong with it.
  }
}

/** Bytes that decoding a JPEG takes for each pixel at its peak, measured; other kinds take less. */
const BYTES_A_PIXEL = 40;

/** A picture by the size it states; pictures are decoded one after the other. */
function checkPicture({ name, bytes }: JobFile, { maxUnpacked }: Limits): void {
  let size: Size;
  try {
    size = pictureSize(bytes, name);
  } catch {
    // A damaged picture: the job says what is wrong with it.
    return;
  }
  if (size.width * size.height * BYTES_A_PIXEL <= maxUnpacked) return;
  const most = Math.floor(maxUnpacked / BYTES_A_PIXEL);
  throw new Problem(
    "LIMIT",
    `the picture "${name}" has ${size.width} x ${size.height} pixels, of which this server takes at most ${most}`,
    { where: { file: name } },
  );
}

const PICTURE = new RegExp(`\\.(${PICTURE_ENDINGS.join("|")})$`, "i");

/** Refuses data that would unpack to more than the limit, before anything unpacks them. @throws Problem LIMIT. */
export function checkData(data: readonly JobFile[], limits: Limits): void {
  const budget = new Budget(limits);
  for (const file of data) {
    if (/\.npz$/i.test(file.name)) measureArchive(file, budget);
    if (PICTURE.test(file.name)) checkPicture(file, limits);
  }
}
