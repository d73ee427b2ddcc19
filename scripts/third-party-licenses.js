// @ts-check
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const packageFolder = /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;
const legalFile = /^(licen[cs]e|notice|copying)/i;

/**
 * The license texts that must accompany what is redistributed: of packages each text once, with their names, and of our
 * files that have data of others, such as `numbers.ts`, the text beside them, `numbers.ts.license`.
 *
 * @param {string} projectFolder
 * @param {readonly string[]} files - files of a bundle, by their paths in the project.
 */
function collectLicenses(projectFolder, files) {
  const folders = new Set(
    files.map((file) => packageFolder.exec(file)?.[1]).filter((folder) => folder !== undefined),
  );
  /** @type {Map<string, string[]>} */
  const packagesByText = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(projectFolder, folder, 'package.json'), 'utf8'),
    );
    const texts = readdirSync(join(projectFolder, folder))
      .filter((file) => legalFile.test(file))
      .map((file) => readFileSync(join(projectFolder, folder, file), 'utf8').trim());
    const text =
      texts.length > 0
        ? texts.join('\n\n')
        : `These packages contain no license text and state ${license}; its text is elsewhere in this file or at https://spdx.org/licenses`;
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...packagesByText].map(
    ([text, packages]) => `${[...new Set(packages)].join('\n')}\n\n${text}\n`,
  );
  const ofData = files
    .map((file) => join(projectFolder, `${file}.license`))
    .filter((path) => existsSync(path))
    .map((path) => `${readFileSync(path, 'utf8').trim()}\n`);
  return `This program contains parts of these packages, bundled and otherwise unchanged.\n\n${[...sections, ...ofData].join(`\n${'-'.repeat(80)}\n\n`)}`;
}

module.exports = { collectLicenses };
