import { escapeMarkup } from './escape-markup';

/** Markup that is safe to put into a page: made by this folder's functions from escaped values. */
export type Markup = string;

export function section(id: string, heading: string, note: string, body: Markup): Markup {
  const noteMarkup = note === '' ? '' : `<p class="note">${escapeMarkup(note)}</p>`;
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escapeMarkup(heading)}</h2>${noteMarkup}${body}</section>`;
}

export const card = (body: Markup): Markup => `<div class="card">${body}</div>`;

/** A box for content that may be wider than a phone. It is focusable, so that the keyboard can scroll it. */
export const scrollBox = (name: string, body: Markup): Markup =>
  `<div class="scroll" role="region" tabindex="0" aria-label="${escapeMarkup(`${name}: table`)}">${body}</div>`;

/** A program or a command. The page's script adds a copy button. It is focusable, because it may scroll. */
export const codeBlock = (code: string): Markup =>
  `<pre data-copy tabindex="0"><code>${escapeMarkup(code)}</code></pre>`;

/** Two columns: a name, and its value as markup. */
export function factTable(facts: readonly (readonly [name: string, value: Markup])[]): Markup {
  const rows = facts.map(
    ([name, value]) => `<tr><th scope="row">${escapeMarkup(name)}</th><td>${value}</td></tr>`,
  );
  return `<table class="facts"><tbody>${rows.join('')}</tbody></table>`;
}
