/** What a file that was meant to be a model (or its data) turns out to be, by its first bytes. */
const SIGNATURES: readonly { readonly start: string; readonly is: string; readonly advice: string }[] = [
  {
    start: "version https://git-lfs.github.com/",
    is: "a Git LFS pointer, not the file it stands for",
    advice: 'run "git lfs pull" in its repository, or download the file itself',
  },
  {
    start: "PK\x03\x04",
    is: "a zip archive (a packed download, or another framework's file)",
    advice: "unpack it, or export the network to ONNX",
  },
  { start: "\x1f\x8b", is: "a gzip archive", advice: "unpack it first" },
  { start: "\x89HDF\r\n", is: "an HDF5 file", advice: "export the network to ONNX" },
  { start: "\x93NUMPY", is: "a NumPy array", advice: "give the .onnx file" },
  { start: "<!DOCTYPE", is: "a web page", advice: "the download went wrong: get the file itself" },
  { start: "<!doctype", is: "a web page", advice: "the download went wrong: get the file itself" },
  { start: "<html", is: "a web page", advice: "the download went wrong: get the file itself" },
  { start: "<?xml", is: "an XML file", advice: "export the network to ONNX" },
  { start: "{", is: "a JSON file", advice: "give the .onnx file" },
];

/** A sentence part such as "it is a zip archive ...; unpack it", or undefined when the first bytes tell nothing. */
export function describeFileKind(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const found = SIGNATURES.find((signature) => start.startsWith(signature.start));
  return found && `it is ${found.is}; ${found.advice}`;
}
