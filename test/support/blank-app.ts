/**
 * For `jest.mock` of lib/try-it/page-app, where a test trains and opens no try-it page: its script is empty. The real one
 * is bundled once in each test file, which takes a second.
 */
export function blankApp() {
  return { readApp: async () => new Uint8Array() };
}
