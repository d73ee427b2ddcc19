/**
 * Content Security Policy of the page. Compiling WASM needs `wasm-unsafe-eval`; everything is loaded from the page's own
 * origin.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
