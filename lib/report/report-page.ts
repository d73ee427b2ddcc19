import { downloadSection } from './download-section';
import { formatPercent } from './format-values';
import { headline } from './headline';
import { navigationFor } from './navigation';
import { framePage } from './page-frame';
import { provenanceSections } from './provenance-sections';
import type { ReportData } from './report-data';
import { resultSections } from './result-sections';

/** The report of one run. */
export function renderReportPage(data: ReportData): string {
  const title = `${formatPercent(data.metrics.accuracy)} · ${data.runId} · ${data.config.modelName}`;
  const sections = resultSections(data) + provenanceSections(data) + downloadSection(data);
  return framePage(title, headline(data) + navigationFor(sections) + sections, data.pipelineVersion);
}
