import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, codeIn, pages, project, proseOf } from './pages';

const titled = [...pages].map(([path, text]) => ({ path, text: proseOf(text) }));

describe.each(titled)('$path', ({ path, text }) => {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(
    ([, inline, reference]) => (inline ?? reference)!,
  );

  it('has no link to a file or a heading that does not exist', () => {
    const broken = links
      .filter((link) => !/^(https:|mailto:)/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : normalize(join(dirname(path), file));
        if (!existsSync(join(project, target))) return true;
        return anchor !== undefined && !anchorsOf(pages.get(target) ?? '').includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('names only files of the repository that exist', () => {
    const missing = codeIn(text)
      .map((code) => code.split(/[\s:]/)[0]!)
      .filter((code) => /^(\.ci|cdk|cli|docs|functions|lib|scripts|test)\/[\w./-]*[\w/]$/.test(code))
      // The step that CONTRIBUTING adds as an example.
      .filter((code) => !code.includes('calibrate'))
      .filter((code) => !existsSync(join(project, code)));
    expect(missing).toEqual([]);
  });

  it('uses https for every link to another site', () => {
    expect(links.filter((link) => link.startsWith('http:'))).toEqual([]);
  });
});

test('every page is linked from the README or from CONTRIBUTING', () => {
  const linked = [...(pages.get('README.md') ?? '').matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link!);
  const unlinked = [...pages.keys()].filter(
    (path) => path !== 'README.md' && !linked.some((link) => path === link || path.startsWith(`${link}/`)),
  );
  expect(unlinked).toEqual([]);
});
