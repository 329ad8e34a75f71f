import type * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { normaliseResidentId } from '../../shared/privacy/resident-id.ts';
import type { releaseView, unmatchedList } from './contracts.ts';
import { reportErrors } from './errors.ts';
import { NEWS, reportEvent } from './report-event.ts';
import { changeOperations } from './report-moves.ts';
import { openEdition } from './sealing.ts';
import { editions, type Report, reports, unmatchedOf } from './store.ts';
import { isVisible } from './transitions.ts';

const PAGE = 50;

export interface Releasing {
  readonly reportId: string;
  /** Typed from the card of the person at the counter. */
  readonly idNumber: string;
  readonly doer: Doer & { readonly institutionId: string };
}

/**
 * R5: a clerk of the house that published it hands a report over in person, and says so. From then on this version is
 * open to its patient online too; an amended one is closed again. A repeat changes nothing.
 */
export async function releaseReport(
  deps: Deps,
  { reportId, idNumber, doer }: Releasing,
): Promise<z.input<typeof releaseView>> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const seen = await reports.get(deps.table, reportId, { consistent: true });
    if (seen?.institutionId !== doer.institutionId) throw reportErrors.refusal('REPORT_NOT_FOUND');
    const edition = await editions.get(deps.table, seen, { consistent: true });
    if (edition === undefined) throw new Error('a report without its present edition');
    const content = await openEdition(deps, reportId, edition);
    if (normaliseResidentId(content.patient.idNumber) !== normaliseResidentId(idNumber))
      throw reportErrors.refusal('CARD_MISMATCH');
    const releasedAt = instant(deps.clock);
    if (seen.release === 'RELEASED') return { reportId, releasedAt };
    if (seen.release === 'OPEN' || !isVisible(seen)) throw reportErrors.refusal('NOTHING_TO_RELEASE');
    const { writes: _writes, lookupPk: _pk, lookupSk: _sk, ...rest } = seen;
    const after = { ...rest, release: 'RELEASED' as const };
    const event = reportEvent(deps, NEWS.released, after, doer);
    const { ok } = await deps.table.transact(await changeOperations(deps, seen, after, content, event));
    if (ok) return { reportId, releasedAt };
  }
  throw houseErrors.refusal('CONFLICT');
}

type Waiting = z.input<typeof unmatchedList>['reports'][number];

/** What the house published for people whom the city does not know by that number and name: for it to look into. */
export async function listUnmatched(
  deps: Deps,
  institutionId: string,
  after: string | undefined,
): Promise<z.input<typeof unmatchedList>> {
  const place = { scope: 'report', of: `unmatched:${institutionId}` };
  const start = await openCursor(deps, place, after);
  const page = await reports.query(deps.table, {
    index: 'lookup',
    pk: unmatchedOf(institutionId),
    descending: true,
    limit: PAGE,
    ...(start === undefined ? {} : { after: start }),
  });
  const next = await sealCursor(deps, place, page.next);
  return { reports: page.items.map(lineOf), ...(next === undefined ? {} : { next }) };
}

function lineOf({ reportId, reportNumber, kind, status, issuedAt }: Report): Waiting {
  return { reportId, reportNumber, kind, status, issuedAt };
}
