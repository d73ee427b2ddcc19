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
