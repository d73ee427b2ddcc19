/**
 * What the page may do, wherever it lies: WASM has to be compiled, which the policy calls an evaluation; nothing comes
 * from anywhere else.
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
