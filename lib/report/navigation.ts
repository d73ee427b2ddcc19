import { escapeMarkup } from './escape-markup';
import type { Markup } from './markup-blocks';

/** A row of links to the sections of `body`, in their order. */
export function navigationFor(body: Markup): Markup {
  const headings = [...body.matchAll(/<section aria-labelledby="([^"]+)"><h2 id="\1">(.*?)<\/h2>/g)];
  // `section` has escaped the headings already.
  const items = headings.map(([, id, heading]) => `<li><a href="#${escapeMarkup(id!)}">${heading}</a></li>`);
  return `<nav aria-label="Contents"><ul>${items.join('')}</ul></nav>`;
}
