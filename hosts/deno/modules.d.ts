/** Deno imports a .wasm file as the exports of an instance. */
declare module "*.wasm";

/** For the build, which reads no JSON: it would put a copy of it into dist/. */
declare module "*/package.json" {
  const manifest: { readonly version: string };
  export default manifest;
}
