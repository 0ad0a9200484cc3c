// What the module with the feature `page` exports (wasm/js/src).
declare module "*/set_prestop.js" {
  export default function init(module: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  export function show(names: string[], texts: string[], readOnly: Uint8Array, config?: string): string;
  export function simulate(race: string): string;
}
declare module "*.yaml" {
  const text: string;
  export default text;
}
