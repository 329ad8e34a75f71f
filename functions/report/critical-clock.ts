import type { Doer } from '../../shared/access/acting.ts';
import type { Condition, Timer, TransactOperation } from '../../shared/data/table.ts';
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

/** Each step is judged by the clock as it was seen. */
export function asSeen({ status, escalations, turns }: Critical): Condition {
  return { status, escalations, turns: turns ?? { exists: false } };
}

interface Changing {
  readonly seen: Report | undefined;
  readonly after: Omit<Report, 'writes'>;
  readonly content: Publication;
  readonly doer: Doer;
}

/**
 * R6: what a publication does to the clock, in its own transaction. The first critical version starts it; no repeat and
 * no amendment starts it again. While nobody has answered yet, a cancelled report stops it, and a version that says
 * otherwise who ordered it puts it before them.
 */
export async function criticalOperations(
  deps: Deps,
  { seen, after, content, doer }: Changing,
): Promise<{ readonly along: readonly TransactOperation[]; readonly critical: boolean }> {
  const { status, reportId } = after;
  if (seen?.critical === true) {
    if (status === 'CANCELLED') return { along: await withdraw(deps, after, doer), critical: true };
    return {
      along: isSameOrder(seen.order, after.order) ? [] : await turn(deps, after, doer),
      critical: true,
    };
  }
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

function isSameOrder(one: Order, other: Order): boolean {
  return (
    one.institutionId === other.institutionId &&
    one.departmentId === other.departmentId &&
    one.practitionerId === other.practitionerId
  );
}

/** To those whom the order names now; the minutes since the first notice count on. */
async function turn(
  deps: Deps,
  { reportId, patientId, order }: Omit<Report, 'writes'>,
  doer: Doer,
): Promise<readonly TransactOperation[]> {
  const seen = await criticals.get(deps.table, reportId, { consistent: true });
  if (seen?.status !== 'NOTIFIED') return [];
  const lookupPk = criticalOf(order.institutionId);
  const turns = (seen.turns ?? 0) + 1;
  const after: Critical = { ...seen, order, escalations: 0, to: firstTold(order), turns, lookupPk };
  return [
    criticals.putOperation(reportId, after, {
      if: asSeen(seen),
      event: criticalEvent(deps, CRITICAL_NEWS.notified, after, { ...(patientId && { patientId }) }, doer),
      timer: nextRung(criticalPolicyNow(deps), after),
    }),
  ];
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
      if: asSeen(seen),
      event: criticalEvent(deps, CRITICAL_NEWS.withdrawn, after, { ...(patientId && { patientId }) }, doer),
      timer: null,
    }),
  ];
}
