import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { loadNodeImages } from "../../../../hosts/node/images.ts";
import type { Picture } from "../../../../hosts/shared/images/picture.ts";
import { difference, PILLOW, pictureOf } from "./pillow.ts";

const SIZES = [...PILLOW.keys()].filter((key) => /^resize \d/.test(key));

// Pillow rounds and clips to bytes between its two passes, this library only at the end: where an edge overshoots, some levels. On average less
// than a rounding.
const TOLERANCE = { mean: 0.2, most: 10 };

const hasPillow = (() => {
  try {
    execFileSync("python3", ["-c", "import PIL"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const SCRIPT = `import sys
from PIL import Image
w, h, W, H = map(int, sys.argv[1:])
image = Image.frombytes("RGBA", (w, h), sys.stdin.buffer.read()).convert("RGB")
sys.stdout.buffer.write(image.resize((W, H), Image.BICUBIC).convert("RGBA").tobytes())`;

/** Smooth waves with a hard edge, different in each channel. */
function waves(width: number, height: number): Picture {
  const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
    const [x, y, c] = [(i >> 2) % width, Math.floor((i >> 2) / width), i % 4];
    if (c === 3) return 255;
    return x > width / 2 && y > height / 2 ? 30 * c : 128 + 120 * Math.sin(x / (3 + c) + y / 7);
  });
  return { width, height, rgba };
}

describe("resize", () => {
  it.each(SIZES)("%s is Pillow's bicubic", async (key) => {
    const expected = pictureOf(key);
    const found = difference((await loadNodeImages()).resize(pictureOf("resize input"), expected), expected);
    expect(found.mean).toBeLessThan(TOLERANCE.mean);
    expect(found.most).toBeLessThanOrEqual(TOLERANCE.most);
  });

  it("is not what other filters give", async () => {
    // Without antialiasing or with another kernel the differences are tens of levels: the tolerance tells them apart.
    const small = pictureOf("resize 24x17");
    const input = pictureOf("resize input");
    const nearest = { ...small, rgba: new Uint8Array(small.rgba.length).fill(255) };
    for (let i = 0; i < small.width * small.height; i++) {
      const [x, y] = [i % small.width, Math.floor(i / small.width)];
      const at = Math.floor(((y + 0.5) * 43) / 17) * 61 + Math.floor(((x + 0.5) * 61) / 24);
      nearest.rgba.set(input.rgba.subarray(at * 4, at * 4 + 3), i * 4);
    }
    expect(difference(nearest, small).mean).toBeGreaterThan(10 * TOLERANCE.mean);
  });

  it.skipIf(!hasPillow).each([
    [100, 80, 33, 47],
    [64, 64, 224, 224],
    [33, 200, 200, 33],
    [640, 480, 320, 320],
  ])(
    "%i x %i to %i x %i is what the installed Pillow gives (skipped where Python has no Pillow)",
    async (...sizes) => {
      const [width, height, toWidth, toHeight] = sizes;
      const input = waves(width, height);
      const raw = execFileSync("python3", ["-c", SCRIPT, ...sizes.map(String)], { input: input.rgba });
      const expected = { width: toWidth, height: toHeight, rgba: new Uint8Array(raw) };
      const found = difference((await loadNodeImages()).resize(input, expected), expected);
      expect(found.mean).toBeLessThan(TOLERANCE.mean);
      expect(found.most).toBeLessThanOrEqual(TOLERANCE.most);
    },
  );

  it("leaves a picture of the size asked for as it is", async () => {
    const picture = waves(5, 4);
    expect((await loadNodeImages()).resize(picture, { width: 5, height: 4 })).toBe(picture);
  });
});
