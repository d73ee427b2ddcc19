import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { runCommand } from '../support/command-line';
import { pages, project, shellLinesOf } from './pages';

const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const texts = [...pages].map(([path, text]) => ({ path, text }));

/** `npx mnist-pipeline train --epochs 3`: its command and its flags. Of `help train` the command is `train`. */
const calls = texts.flatMap(({ path, text }) =>
  [
    ...shellLinesOf(text),
    ...[...text.matchAll(/`((?:npx )?mnist-pipeline [^`]+)`/g)].map(([, call]) => call!),
  ]
    .flatMap((line) => line.split('&&').map((part) => part.trim()))
    .filter((part) => /^(npx )?mnist-pipeline /.test(part))
    .map((call) => {
      const words = call.replace(/^(npx )?mnist-pipeline (help ?)?/, '').split(/\s+/);
      return { path, call, command: words[0]!, flags: words.filter((word) => word.startsWith('--')) };
    }),
);

/** That of the program for no command. */
async function helpOf(command: string): Promise<string> {
  const { exitCode, out } = await runCommand(['help', ...(command === '' ? [] : [command])]);
  expect(exitCode).toBe(0);
  return out;
}

test('the pages show commands, which the next test checks', () => {
  expect(new Set(calls.map(({ command }) => command)).size).toBeGreaterThan(10);
});

test.each(calls)('$path: "$call" is a command with these options', async ({ command, flags }) => {
  const help = await helpOf(command);
  expect(help).toContain(`mnist-pipeline ${command}`);
  expect(flags.filter((flag) => !help.includes(`${flag} `) && !help.includes(`${flag}\n`))).toEqual([]);
});

test.each(texts)('$path names only npm scripts that exist', ({ text }) => {
  const named = [...text.matchAll(/npm run (?:--silent |-s )?([a-z0-9:]+)/g)].map(([, script]) => script!);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

describe('the help of train', () => {
  const defaults = runConfigSchema.parse({});
  const settings = Object.entries(defaults).map(([name, value]) => ({
    flag: `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    // Some defaults are text that no name equals; the help says what happens instead.
    value: value === false ? 'off' : value === '' ? '[a-z ]+' : String(value).replaceAll('.', '\\.'),
  }));

  it.each(settings)('says that the default of $flag is $value', async ({ flag, value }) => {
    const help = await helpOf('train');
    const start = help.search(new RegExp(`^ +${flag}[ \n]`, 'm'));
    expect(start).toBeGreaterThan(-1);
    const [option = ''] = help.slice(start).split(/\n(?= {1,6}-|\n|\S)/);
    const description = option.replaceAll(/\s+/g, ' ');
    if (flag === '--dataset') expect(description).toContain(value);
    else expect(description).toMatch(new RegExp(`\\((default: )?"?${value}"?[:)]`));
  });
});
