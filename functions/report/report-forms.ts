import type { Deps } from '../../shared/deps.ts';
import type { FileAnswer } from '../../shared/http/file-answer.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { fhirOfView } from './fhir-write.ts';
import { namesOf } from './institution-names.ts';
import { printPage } from './print-page.ts';
import { isAtHome, type Reader } from './readers.ts';
import { viewOf } from './report-view.ts';
import { openReport, type ReportAt } from './show-report.ts';

/** The other forms of a report, for whoever may read it: a page on paper, a resource for another system. */

/** With the patient's whole name: it is handed over the counter of another hospital. */
export async function pageOf(
  deps: Deps,
  reader: Reader,
  at: ReportAt,
): Promise<FileAnswer<'text/html; charset=utf-8'>> {
  const shown = await openReport(deps, reader, at);
  const names = await namesOf(deps, [shown.report]);
  const view = viewOf(deps, shown, names(shown.report.institutionId), (name) => name);
  const printedBy = isAtHome(reader) ? '居民自助打印' : '医务人员打印';
  return {
    fileName: `report-${at.reportId}.html`,
    contentType: 'text/html; charset=utf-8',
    bytes: Buffer.from(printPage(view, { printedBy, printedAt: instant(deps.clock) })),
  };
}

export async function resourceOf(
  deps: Deps,
  reader: Reader,
  at: ReportAt,
): Promise<FileAnswer<'application/fhir+json'>> {
  const shown = await openReport(deps, reader, at);
  const names = await namesOf(deps, [shown.report]);
  const resource = fhirOfView(viewOf(deps, shown, names(shown.report.institutionId)));
  return {
    fileName: `report-${at.reportId}.json`,
    contentType: 'application/fhir+json',
    bytes: Buffer.from(JSON.stringify(resource)),
  };
}
