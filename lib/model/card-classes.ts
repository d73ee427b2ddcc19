import { areIndexNames, printableNames } from '../contracts/class-names';
import { shorten } from '../report/class-labels';
import type { ModelLabels } from './model-labels';

/** A sentence has room for a part of a long name; the table of the classes has all of it. */
const maxInSentence = 40;

/** A class in a sentence of the card. */
export const classInSentence = ({ classNames }: ModelLabels, label: number) =>
  escapeMarkdown(shorten(printableNames(classNames)[label]!, maxInSentence));

/** The numbers of the classes with their names, as a section of the card; nothing where the numbers are the names. */
export function describeClasses({ classNames }: ModelLabels): string[] {
  if (areIndexNames(classNames)) return [];
  const rows = printableNames(classNames).map((name, index) => `| ${index} | ${escapeMarkdown(name)} |`);
  return [
    '## Classes',
    'The output has one probability for each class, in this order. The files have the names, too: `class_names` in the metadata of `model.onnx` and `model.safetensors`, in the attributes of `model.h5` and in `metadata.json` within `model.keras`, each as JSON; `userDefinedMetadata` in `model.json`.',
    ['| index | name |', '| ---: | --- |', ...rows].join('\n'),
  ];
}

/** Text that CommonMark and its tables show as it is: https://spec.commonmark.org/0.31.2/#backslash-escapes */
export const escapeMarkdown = (text: string) =>
  text.replace(/[!-/:-@[-`{-~]/g, (character) =>
    safeInMarkdown.has(character) ? character : `\\${character}`,
  );

/** ASCII punctuation without a meaning within a line. */
const safeInMarkdown = new Set(['/', ',', '.', "'", '%', '?', ';', '(', ')', '+', '-', '=']);
