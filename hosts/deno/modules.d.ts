/** Deno imports a .wasm file as the exports of an instance. */
declare module "*.wasm";

/** For the build, which reads no JSON: it would put a copy of it into dist/. */
declare module "*/package.json" {
  const manifest: { readonly version: string };
  export default manifest;
}

/** What scripts/build-report.mjs makes. */
declare module "*/report-page.json" {
  const page: { readonly before: string; readonly after: string };
  export default page;
}
