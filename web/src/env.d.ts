/** Where the engine's module lies, relative to the page's address (web/engine-file.ts). */
declare const __ENGINE_WASM__: string;
