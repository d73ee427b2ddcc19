import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const project = join(__dirname, '..', '..');

const folders = ['.', 'docs', 'docs/decisions'];

/** Every page of documentation, by its path in the repository. */
export const pages: ReadonlyMap<string, string> = new Map(
  folders.flatMap((folder) =>
    readdirSync(join(project, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name))
      .map((path) => [path, readFileSync(join(project, path), 'utf8')] as const),
  ),
);

export function readPage(path: string): string {
  const text = pages.get(path);
  if (text === undefined) throw new Error(`There is no page ${path}`);
  return text;
}

/** The page without its code blocks. */
export function proseOf(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, '');
}

/** The lines of the page's shell blocks, each without its comment. */
export function shellLinesOf(text: string): string[] {
  return [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gms)]
    .flatMap(([, block]) => block!.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** The anchors of the page's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The rows of all tables, each a list of its cells. */
export function tableRowsOf(text: string): string[][] {
  return [...proseOf(text).matchAll(/^\|(.+)\|$/gm)].map(([, row]) =>
    row!.split('|').map((cell) => cell.trim()),
  );
}

/** What is in backquotes. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** The part of a page from one heading to the next of the same level. */
export function sectionOf(text: string, heading: string): string {
  const level = heading.indexOf(' ');
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`There is no heading "${heading}"`);
  const rest = text.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end === -1 ? rest : rest.slice(0, end);
}
