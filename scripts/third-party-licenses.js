// @ts-check
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const packageFolder = /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;
const legalFile = /^(licen[cs]e|notice|copying)/i;

/**
 * The license texts that must accompany redistributed packages: each text once, with the names of its packages.
 *
 * @param {string} projectFolder
 * @param {readonly string[]} files - files of a bundle, by their paths in the project; those outside of packages are ignored.
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
  return `This program contains parts of these packages, bundled and otherwise unchanged.\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

module.exports = { collectLicenses };
