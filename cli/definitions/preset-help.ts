import { type PresetName, presetFigures, presetNames, presets } from '../../lib/contracts/presets';
import { flagOf } from '../flag-values';

/** The presets for the help of `train`: what each is for, what it reaches on MNIST, and its settings as options. */
export function describePresets(figures: Figures = presetFigures): string {
  return ['Presets:', ...presetNames.flatMap((name) => describePreset(name, figures))].join('\n');
}

type Figures = typeof presetFigures;

const indent = ' '.repeat(4);
const lineWidth = 80;

function describePreset(name: PresetName, figures: Figures): string[] {
  const { purpose, settings } = presets[name];
  const options = Object.entries(settings).map(([setting, value]) => `${flagOf([setting])} ${value}`);
  return [`  ${name}: ${purpose}${describeFigures(figures[name])}`, ...fillLines(options)];
}

function describeFigures(figures: Figures[PresetName]): string {
  if (figures === undefined) return '';
  const { accuracy, minutes } = figures;
  return `; ${(100 * accuracy).toFixed(2)} % in ${minutes} min on two cores`;
}

/** Options are not broken between their name and their value. */
function fillLines(options: readonly string[]): string[] {
  const lines: string[] = [];
  for (const option of options) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + option.length < lineWidth)
      lines[lines.length - 1] = `${last} ${option}`;
    else lines.push(indent + option);
  }
  return lines;
}
