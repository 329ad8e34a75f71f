import type * as z from 'zod/mini';
import { isSamePerson } from '../../shared/access/person-view.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { editionList, reportView } from './contracts.ts';
import { reportErrors } from './errors.ts';
import { namesOf } from './institution-names.ts';
import { reportPolicy } from './policy.ts';
import type { Publication } from './publish-contracts.ts';
import { isAtHome, opens, type Reader, recordRead, type View, viewOfReport } from './readers.ts';
import { type Shown, viewOf } from './report-view.ts';
import { releaseOf, versionOf } from './rules.ts';
import { openEdition } from './sealing.ts';
import { editions, type Report, reports } from './store.ts';
import { isVisible } from './transitions.ts';

export interface ReportAt {
  readonly patientId: string;
  readonly reportId: string;
}

/**
 * A report and what its present version says, for whoever may read it, and written down before it is handed over.
 * One read: the report sorts right after its newest edition. @throws Refusal REPORT_NOT_FOUND, RELEASED_IN_PERSON
 */
export async function openReport(
  deps: Deps,
  reader: Reader,
  at: ReportAt,
): Promise<Shown & { readonly view: View }> {
  const { patientId, reportId } = at;
  const { items } = await deps.table.query({
    pk: reports.key(reportId).pk,
    descending: true,
    limit: 2,
    consistent: true,
  });
  const [head, newest] = items;
  if (head === undefined || head['patientId'] !== patientId) throw notFound();
  const report = { ...reports.from(head), patientId };
  const view = await viewOfReport(deps, reader, report);
  if (view === undefined) throw refusalOf(reader, report);
  const content = await contentOf(deps, report, newest);
  await recordRead(deps, reader, view, { patientId, kind: 'report', id: reportId });
  return { report, content, view };
}

/** A version written between the two items of one read is looked up by its number. */
async function contentOf(deps: Deps, report: Report, newest: Item | undefined): Promise<Publication> {
  const read = newest === undefined ? undefined : editions.from(newest);
  const present =
    read?.version === report.version ? read : await editions.get(deps.table, report, { consistent: true });
  if (present === undefined) throw new Error('a report without its present edition');
  return openEdition(deps, report.reportId, present);
}

/** The patient alone learns that something waits for them at the counter. */
function refusalOf(reader: Reader, report: Report): Error {
  const waits = isAtHome(reader) && isVisible(report) && report.release === 'AT_COUNTER';
  return waits ? reportErrors.refusal('RELEASED_IN_PERSON') : notFound();
}

function notFound(): Error {
  return reportErrors.refusal('REPORT_NOT_FOUND');
}

export async function showReport(
  deps: Deps,
  reader: Reader,
  at: ReportAt,
): Promise<z.input<typeof reportView>> {
  const shown = await openReport(deps, reader, at);
  const names = await namesOf(deps, [shown.report]);
  return viewOf(deps, shown, names(shown.report.institutionId));
}

/**
 * Every version that was final or amended, the newest first: an amendment hides nothing of what was said before. But what
 * was said of somebody else is theirs, and what was to be told in person is not opened by a version that is not.
 */
export async function showEditions(
  deps: Deps,
  reader: Reader,
  at: ReportAt,
): Promise<z.input<typeof editionList>> {
  const { report, content: present, view } = await openReport(deps, reader, at);
  const names = await namesOf(deps, [report]);
  const policy = deps.city.policy(reportPolicy).at(dayOf(deps.clock.now()));
  const kept = await everyPage(deps.table, editions, {
    pk: reports.key(at.reportId).pk,
    sk: { beginsWith: 'edition#' },
    descending: true,
    consistent: true,
  });
  const contents = await Promise.all(
    kept.filter(isVisible).map((edition) => openEdition(deps, at.reportId, edition)),
  );
  const isShown = (content: Publication): boolean => {
    if (versionOf(content) === report.version) return true;
    if (!isSamePerson(content.patient, present.patient)) return false;
    const own = releaseOf(policy, content);
    // Whoever was handed the present version may know those before it.
    const release = own !== 'OPEN' && report.release === 'RELEASED' ? report.release : own;
    return opens(view, { release, status: content.status });
  };
  return {
    editions: contents
      .filter(isShown)
      .map((content) => viewOf(deps, { report, content }, names(report.institutionId))),
  };
}
