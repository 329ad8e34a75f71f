import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import type { Kind } from './codes.ts';
import type { reportList } from './contracts.ts';
import { namesOf } from './institution-names.ts';
import { isAtHome, opens, type Reader, recordRead, TREATING, treats, viewOfPatient } from './readers.ts';
import { openTitle } from './sealing.ts';
import { ofKind, ofPatient, type Summary, summaries } from './store.ts';
import { isVisible } from './transitions.ts';

const PAGE = 20;
/** For a reader who sees only some of them. */
const LONG_PAGE = 100;

type Card = z.input<typeof reportList>['reports'][number];

interface Listing {
  readonly patientId: string;
  readonly kind?: Kind | undefined;
  readonly after?: string | undefined;
}

/** A patient's reports, the newest first: one query of short lines, however long each report is. */
export async function listReports(
  deps: Deps,
  reader: Reader,
  { patientId, kind, after }: Listing,
): Promise<z.input<typeof reportList>> {
  const whole = await viewOfPatient(deps, reader, patientId);
  const isTreated = await treats(deps, reader.doer);
  const sees = (summary: Summary): boolean => {
    if (whole !== undefined && opens(whole, summary)) return true;
    return isTreated(summary.order) && opens(TREATING, summary);
  };
  const place = { scope: 'report', of: `reports:${patientId}:${kind ?? 'all'}:${reader.doer.role}` };
  let next = await openCursor(deps, place, after);
  let shown: readonly Summary[] = [];
  // Pages of which nothing is for this reader are passed over: an empty page would tell that there is something.
  do {
    const page = await summaries.query(deps.table, {
      ...(kind === undefined
        ? { pk: ofPatient(patientId), sk: { beginsWith: 'list#' } }
        : { index: 'lookup' as const, pk: ofKind(patientId, kind) }),
      descending: true,
      limit: whole === undefined ? LONG_PAGE : PAGE,
      ...(next === undefined ? {} : { after: next }),
    });
    shown = page.items.filter((summary) => sees(summary) || isAnnounced(reader, summary));
    next = page.next;
  } while (shown.length === 0 && next !== undefined);
  if (shown.length > 0) {
    const seen = { patientId, kind: 'report-list', id: kind ?? 'all' } as const;
    await recordRead(deps, reader, whole ?? TREATING, seen);
  }
  const names = await namesOf(deps, shown);
  const reports = shown.map(async (summary) => ({
    ...cardOf(summary, names),
    ...(sees(summary) ? await openTitle(deps, { ...summary, patientId }, summary) : {}),
  }));
  const cursor = await sealCursor(deps, place, next);
  return { reports: await Promise.all(reports), ...(cursor === undefined ? {} : { next: cursor }) };
}

/** The patient may know that something waits at the counter; what it is, is said there. */
function isAnnounced(reader: Reader, summary: Summary): boolean {
  return isAtHome(reader) && isVisible(summary) && summary.release === 'AT_COUNTER';
}

function cardOf(
  { reportId, kind, status, institutionId, effectiveAt, issuedAt, release }: Summary,
  names: (institutionId: string) => string,
): Card {
  const institutionName = names(institutionId);
  return { reportId, kind, status, institutionId, institutionName, effectiveAt, issuedAt, release };
}
