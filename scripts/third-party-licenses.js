// @ts-check
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const packageFolder = /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;
const legalFile = /^(licen[cs]e|notice|copying)/i;

/**
 * What the licenses of packages ask for where parts of them are passed on: their texts, each once, under the names of
 * its packages.
 *
 * @param {string} projectFolder
 * @param {readonly string[]} files - used in a bundle, by their paths in the project; those outside of packages are our own.
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
        : `They have no file with their license and state ${license}, whose text is elsewhere in this file or at https://spdx.org/licenses`;
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...packagesByText].map(
    ([text, packages]) => `${[...new Set(packages)].join('\n')}\n\n${text}\n`,
  );
  return `Parts of these packages are in this program, bundled and otherwise unchanged.\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

module.exports = { collectLicenses };
