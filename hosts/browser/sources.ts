import { ConfigError } from "../../core-ts/errors.ts";
import type { WireFile } from "./protocol.ts";

/** Anything that can be drawn: pictures need no detour over a file. */
export type Picture = ImageData | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap;
export type Content = Blob | ArrayBuffer | Uint8Array | Picture;

/** A file from a form or a drop, its content, or content with the name it should go by. */
export type Source = Content | { readonly name: string; readonly content: Content };

function isDrawable(content: Content): content is Exclude<Picture, ImageData> {
  return (
    content instanceof HTMLImageElement ||
    content instanceof HTMLCanvasElement ||
    content instanceof OffscreenCanvas ||
    content instanceof ImageBitmap
  );
}

/** The pixels of what can be drawn, in its own size. */
function pixelsOf(drawable: Exclude<Picture, ImageData>): ImageData {
  const isElement = drawable instanceof HTMLImageElement;
  const width = isElement ? drawable.naturalWidth : drawable.width;
  const height = isElement ? drawable.naturalHeight : drawable.height;
  if (width === 0 || height === 0) {
    throw new ConfigError(`a picture is ${width} x ${height} pixels: wait until it is loaded`);
  }
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(drawable, 0, 0);
  return context.getImageData(0, 0, width, height);
}

function wireContent(content: Content, what: string): WireFile["content"] {
  if (isDrawable(content)) return pixelsOf(content);
  const isKnown =
    content instanceof Blob ||
    content instanceof ArrayBuffer ||
    content instanceof Uint8Array ||
    content instanceof ImageData;
  if (isKnown) return content;
  throw new ConfigError(
    `${what} is ${Object.prototype.toString.call(content)}, expected a File, Blob, ArrayBuffer, Uint8Array, a picture, or { name, content }`,
  );
}

/**
 * What goes to the worker. A Blob goes as it is and is read there; buffers are copied, and stay the caller's.
 * @param what names it in messages, for instance "the model". @throws ConfigError for what is no source.
 */
export function wireFile(source: Source, what: string): WireFile {
  if (typeof source === "object" && source !== null && "content" in source) {
    return { name: source.name, content: wireContent(source.content, what) };
  }
  const content = wireContent(source, what);
  return source instanceof File ? { name: source.name, content } : { content };
}
