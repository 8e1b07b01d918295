/** Where the engine's module lies, relative to the page's address (web/engine-file.ts). */
declare const __ENGINE_WASM__: string;
/** SHA-256 in hexadecimal of the bundled models' files, by id and name (web/bundled-files.ts). */
declare const __BUNDLED_FILES__: Record<string, Record<string, string>>;
