/** Deno: the exports of an instance. workerd: the compiled module, as default. */
declare module "*.wasm" {
  const module: object;
  export default module;
}
