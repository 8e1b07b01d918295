/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/**
 * What the built page may do: run and style itself from its own folder, compile WebAssembly, and connect where its reader
 * sends it (a hub of models is any host). No inline script or style but those of index.html, which are told by their hashes.
 */
const policy = (scripts: string[], styles: string[]) =>
  [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...scripts].join(' '),
    ["style-src 'self'", ...styles].join(' '),
    "worker-src 'self'",
    "connect-src 'self' https: http:",
    // What is exported is drawn from images of its own.
    "img-src 'self' blob: data:",
    "font-src 'self' data:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const hashes = (html: string, element: RegExp) =>
  Array.from(html.matchAll(element), ([, text]) => {
    return `'sha256-${createHash('sha256').update(text!).digest('base64')}'`;
  });

/** The content security policy for a page, by what stands inline in it. */
export function policyOf(html: string): string {
  return policy(hashes(html, /<script>([^]*?)<\/script>/g), hashes(html, /<style[^>]*>([^]*?)<\/style>/g));
}

/** Puts the policy into the built page; a development server writes scripts of its own into it. */
export function contentPolicy(): Plugin {
  return {
    name: 'vitrine:content-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const meta = `<meta http-equiv="Content-Security-Policy" content="${policyOf(html)}" />`;
        return html.replace(/<meta charset="utf-8" \/>/, (charset) => `${charset}\n    ${meta}`);
      },
    },
  };
}
