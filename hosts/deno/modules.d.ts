/** Deno imports a .wasm file as the exports of an instance. */
declare module "*.wasm";
