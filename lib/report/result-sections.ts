import { augmentation } from './augmentation-section';
import { confidence } from './confidence-section';
import { confusions } from './confusion-section';
import { dataSection } from './data-section';
import { firstImages, worstMistakes } from './digit-figures';
import { earlierRunsSection } from './earlier-runs-section';
import { learningCurves } from './learning-curves';
import type { Markup } from './markup-blocks';
import { modelSection } from './model-section';
import type { ReportData } from './report-data';

/** The results of the model: the upper half of the report. */
export function resultSections(data: ReportData): Markup {
  return [
    learningCurves(data),
    firstImages(data),
    confusions(data),
    worstMistakes(data),
    confidence(data),
    earlierRunsSection(data),
    modelSection(data),
    dataSection(data),
    augmentation(data),
  ].join('');
}
