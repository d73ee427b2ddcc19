const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes any value safe as text or as a quoted attribute, in HTML and in SVG. */
export function escapeMarkup(value: string | number): string {
  return String(value).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** JSON for a script element of HTML: no string in it can end the element. */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
