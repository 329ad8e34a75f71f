import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { claims, type WaitlistEntry, waitlist } from './store.ts';

/** Those who wait for a schedule, first come first. Read consistently: somebody's turn depends on it. */
export async function waitingFor(
  { table }: Pick<Deps, 'table'>,
  scheduleId: string,
): Promise<readonly WaitlistEntry[]> {
  const waiting = await everyPage(table, waitlist, {
    pk: claims.key(scheduleId).pk,
    sk: { beginsWith: 'waitlist#' },
    where: { status: 'WAITING' },
    consistent: true,
  });
  return waiting.toSorted((a, b) => (turnOf(a) < turnOf(b) ? -1 : 1));
}

function turnOf({ joinedAt, patientId }: WaitlistEntry): string {
  return `${joinedAt}#${patientId}`;
}
