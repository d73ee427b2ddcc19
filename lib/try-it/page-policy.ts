import { createHash } from 'node:crypto';

/**
 * Content Security Policy of the page: no requests at all, and only this one script. TensorFlow.js compiles its WASM,
 * which needs `wasm-unsafe-eval`.
 */
export const pagePolicy = (script: string) =>
  [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}' 'wasm-unsafe-eval'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
