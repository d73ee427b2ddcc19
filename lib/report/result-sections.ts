import { confidence } from './confidence-section';
import { confusions } from './confusion-section';
import { firstImages, worstMistakes } from './digit-figures';
import { headline } from './headline';
import { learningCurves } from './learning-curves';
import type { Markup } from './markup-blocks';
import type { ReportData } from './report-data';

/** What the model can do: the upper half of the report. */
export function resultSections(data: ReportData): Markup {
  return [
    headline(data),
    learningCurves(data),
    firstImages(data),
    confusions(data),
    worstMistakes(data),
    confidence(data),
  ].join('');
}
