import type { Doer } from '../../shared/access/acting.ts';
import type { Timer, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { instantAfter } from '../../shared/kernel/duration.ts';
import { type CriticalPolicy, criticalPolicy, reportPolicy } from './policy.ts';
import type { Publication } from './publish-contracts.ts';
import { CRITICAL_NEWS, criticalEvent } from './report-event.ts';
import { isCritical } from './rules.ts';
import { type Critical, criticalOf, criticals, type Order, type Report } from './store.ts';
import { criticalBefore } from './transitions.ts';

/** Timer of a critical value that nobody has acknowledged. */
export const ESCALATE = 'escalate';

export function criticalPolicyNow({ city, clock }: Pick<Deps, 'city' | 'clock'>): CriticalPolicy {
  return city.policy(criticalPolicy).at(dayOf(clock.now()));
}

/** When the next rung is climbed; null: there is none above. */
export function nextRung(
  { ladder }: Pick<CriticalPolicy, 'ladder'>,
  { notifiedAt, escalations }: Pick<Critical, 'notifiedAt' | 'escalations'>,
): Timer | null {
  const rung = ladder[escalations];
  if (rung === undefined) return null;
  return { kind: ESCALATE, at: instantAfter(notifiedAt, `PT${rung.afterMinutes}M`) };
}

interface Changing {
  readonly seen: Report | undefined;
  readonly after: Omit<Report, 'writes'>;
  readonly content: Publication;
  readonly doer: Doer;
}

/**
 * R6: what a publication does to the clock, in its own transaction. The first critical version starts it; no repeat and
 * no amendment starts it again. A cancelled report stops one that nobody has answered yet.
 */
export async function criticalOperations(
  deps: Deps,
  { seen, after, content, doer }: Changing,
): Promise<{ readonly along: readonly TransactOperation[]; readonly critical: boolean }> {
  const { status, reportId } = after;
  if (seen?.critical === true)
    return { along: status === 'CANCELLED' ? await withdraw(deps, after, doer) : [], critical: true };
  const policy = criticalPolicyNow(deps);
  const { units } = deps.city.policy(reportPolicy).at(dayOf(deps.clock.now()));
  if (!isCritical(policy, units, content)) return { along: [], critical: false };
  const started = startedClock(deps, after);
  const operation = criticals.putOperation(reportId, started, {
    if: { $exists: false },
    event: criticalEvent(deps, CRITICAL_NEWS.notified, started, after, doer),
    timer: nextRung(policy, started),
  });
  return { along: [operation], critical: true };
}

function startedClock(
  { clock }: Pick<Deps, 'clock'>,
  { reportId, reportNumber, order }: Omit<Report, 'writes'>,
): Critical {
  const notifiedAt = instant(clock);
  return {
    reportId,
    reportNumber,
    order,
    status: 'NOTIFIED',
    notifiedAt,
    escalations: 0,
    to: firstTold(order),
    lookupPk: criticalOf(order.institutionId),
    lookupSk: `${notifiedAt}#${reportId}`,
  };
}

/** Whoever asked for it; where nobody is named, those who answer for the department, or for the house. */
export function firstTold({ practitionerId, departmentId }: Order): Critical['to'] {
  if (practitionerId !== undefined) return 'ORDERING_DOCTOR';
  return departmentId === undefined ? 'DUTY_DESK' : 'DEPARTMENT_HEAD';
}

async function withdraw(
  deps: Deps,
  { reportId, patientId }: Omit<Report, 'writes'>,
  doer: Doer,
): Promise<readonly TransactOperation[]> {
  const seen = await criticals.get(deps.table, reportId, { consistent: true });
  if (seen === undefined || !criticalBefore('WITHDRAWN').includes(seen.status)) return [];
  const { lookupPk: _pk, lookupSk: _sk, ...rest } = seen;
  const after: Critical = { ...rest, status: 'WITHDRAWN' };
  return [
    criticals.putOperation(reportId, after, {
      if: { status: seen.status, escalations: seen.escalations },
      event: criticalEvent(deps, CRITICAL_NEWS.withdrawn, after, { ...(patientId && { patientId }) }, doer),
      timer: null,
    }),
  ];
}
