import { decode } from "fast-png";

/** Size of a PNG picture, and how many colours are in it. */
export function decodePng(bytes: Uint8Array): { width: number; height: number; colors: number } {
  const { width, height, data, channels } = decode(bytes);
  const colors = new Set<number>();
  for (let i = 0; i < data.length; i += channels)
    colors.add(((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!) >>> 0);
  return { width, height, colors: colors.size };
}
