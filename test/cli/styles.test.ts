import { linkTo } from '../../cli/display/link';
import { createStyles, hasColors } from '../../cli/display/styles';
import { formatTable } from '../../cli/display/table';
import { DirectoryStore } from '../../lib/store/directory-store';

const terminal = { isTTY: true };
const pipe = {};

test.each<[string, object, NodeJS.ProcessEnv, boolean]>([
  ['a terminal', terminal, {}, true],
  ['a pipe', pipe, {}, false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ['FORCE_COLOR on a pipe', pipe, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR and NO_COLOR', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
])('%s', (_, stream, env, expected) => {
  expect(hasColors(stream, env)).toBe(expected);
  expect(createStyles(stream, env).green('accepted')).toBe(
    expected ? '\u001b[32maccepted\u001b[39m' : 'accepted',
  );
});

test.each<[string, object, NodeJS.ProcessEnv, boolean]>([
  ['a terminal', terminal, {}, true],
  ['a terminal without colors', terminal, { NO_COLOR: '1' }, true],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ['a pipe with colors', pipe, { FORCE_COLOR: '1' }, false],
])('on %s the path of a report is a link: %j', (_, stream, env, isLink) => {
  const text = linkTo(new DirectoryStore('artifacts'), 'runs/a b/report.html', createStyles(stream, env));
  const url = `file://${encodeURI(`${process.cwd()}/artifacts/runs/a b/report.html`)}`;
  const path = 'artifacts/runs/a b/report.html';
  expect(text).toBe(isLink ? `\u001b]8;;${url}\u001b\\${path}\u001b]8;;\u001b\\` : path);
});

test('a table aligns numbers to the right, and styles do not change its columns', () => {
  const rows = [
    ['run', 'errors'],
    ['friday', '7'],
  ];
  expect(formatTable(rows, { alignRight: [1] })).toBe('  run     errors\n  friday       7');
  expect(formatTable(rows, { alignRight: [1], style: (cell, row) => (row === 1 ? `<${cell}>` : cell) })).toBe(
    '  run     errors\n  <friday>  <     7>',
  );
});
