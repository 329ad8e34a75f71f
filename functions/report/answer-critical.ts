import type * as z from 'zod/mini';
import { type Doer, SYSTEM } from '../../shared/access/acting.ts';
import type { TimerHandler } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { criticalList, criticalView } from './contracts.ts';
import { mayAnswer } from './critical-answer.ts';
import { asSeen, criticalPolicyNow, nextRung } from './critical-clock.ts';
import { reportErrors } from './errors.ts';
import { CRITICAL_NEWS, criticalEvent } from './report-event.ts';
import { sealMeasure } from './sealing.ts';
import { type Critical, criticalOf, criticals, type Report, reportOf, reports } from './store.ts';
import { criticalBefore } from './transitions.ts';

/** R7: a critical value is acknowledged once, by somebody it was put before, and resolved by saying what was done. */

const PAGE = 50;

type Shown = z.input<typeof criticalView>;

export interface Answering {
  readonly reportId: string;
  readonly doer: Doer;
}

export async function acknowledgeCritical(deps: Deps, answering: Answering): Promise<Shown> {
  const at = instant(deps.clock);
  const { by } = answering.doer;
  return answer(deps, answering, 'ACKNOWLEDGED', {
    isRepeat: ({ acknowledgedBy }) => acknowledgedBy === by,
    change: (seen) => ({ ...seen, status: 'ACKNOWLEDGED', acknowledgedAt: at, acknowledgedBy: by }),
    news: CRITICAL_NEWS.acknowledged,
  });
}

export async function resolveCritical(deps: Deps, answering: Answering, measure: string): Promise<Shown> {
  const at = instant(deps.clock);
  const { by } = answering.doer;
  const sealed = await sealMeasure(deps, answering, measure);
  return answer(deps, answering, 'RESOLVED', {
    isRepeat: ({ resolvedBy }) => resolvedBy === by,
    change: ({ lookupPk: _pk, lookupSk: _sk, ...seen }) => ({
      ...seen,
      status: 'RESOLVED',
      resolvedAt: at,
      resolvedBy: by,
      measure: sealed,
    }),
    news: CRITICAL_NEWS.resolved,
  });
}

interface Move {
  /** The same person's same step once more: answered as it stands. */
  readonly isRepeat: (seen: Critical) => boolean;
  readonly change: (seen: Critical) => Critical;
  readonly news: string;
}

async function answer(
  deps: Deps,
  { reportId, doer }: Answering,
  to: 'ACKNOWLEDGED' | 'RESOLVED',
  { isRepeat, change, news }: Move,
): Promise<Shown> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const [seen, report] = await Promise.all([
      criticals.get(deps.table, reportId, { consistent: true }),
      reports.get(deps.table, reportId, { consistent: true }),
    ]);
    if (seen === undefined || report === undefined || !(await mayAnswer(deps, seen, doer)))
      throw reportErrors.refusal('CRITICAL_NOT_FOUND');
    if (isRepeat(seen)) return viewOf(seen, report);
    if (!criticalBefore(to).includes(seen.status))
      throw reportErrors.refusal('CRITICAL_WRONG_STATE', { context: { status: seen.status } });
    const after = change(seen);
    const { ok } = await criticals.put(deps.table, reportId, after, {
      if: asSeen(seen),
      event: criticalEvent(deps, news, after, report, doer),
      timer: null,
    });
    if (ok) return viewOf(after, report);
  }
  throw houseErrors.refusal('CONFLICT');
}

/** Nobody answered: the next rung of the ladder is told, and the one after it is waited for. */
export const escalateCritical: TimerHandler = async (deps, { key }) => {
  const reportId = reportOf(key);
  const [seen, report] = await Promise.all([
    criticals.get(deps.table, reportId, { consistent: true }),
    reports.get(deps.table, reportId, { consistent: true }),
  ]);
  if (seen?.status !== 'NOTIFIED' || report === undefined) return;
  const policy = criticalPolicyNow(deps);
  const due = nextRung(policy, seen);
  const rung = policy.ladder[seen.escalations];
  if (due === null || rung === undefined) return;
  if (due.at > instant(deps.clock)) {
    // By a policy that is newer than the timer: left alone it would be cleared, and nobody higher would ever hear.
    await criticals.update(deps.table, reportId, {}, { if: asSeen(seen), timer: due });
    return;
  }
  const after: Critical = { ...seen, escalations: seen.escalations + 1, to: rung.to };
  const { ok } = await criticals.put(deps.table, reportId, after, {
    if: asSeen(seen),
    event: criticalEvent(deps, CRITICAL_NEWS.escalated, after, report, SYSTEM),
    timer: nextRung(policy, after),
  });
  if (!ok) throw houseErrors.refusal('CONFLICT');
};

/** What an institution has still to answer for, the oldest first; each sees what was put before them. */
export async function listCriticals(
  deps: Deps,
  doer: Doer & { readonly institutionId: string },
  after: string | undefined,
): Promise<z.input<typeof criticalList>> {
  const place = { scope: 'report', of: `critical:${doer.institutionId}` };
  const start = await openCursor(deps, place, after);
  const page = await criticals.query(deps.table, {
    index: 'lookup',
    pk: criticalOf(doer.institutionId),
    limit: PAGE,
    ...(start === undefined ? {} : { after: start }),
  });
  const mine = await Promise.all(
    page.items.map(async (seen) => ((await mayAnswer(deps, seen, doer)) ? [seen] : [])),
  );
  const seen = mine.flat();
  const found = await reports.getMany(
    deps.table,
    seen.map(({ reportId }) => reportId),
  );
  const next = await sealCursor(deps, place, page.next);
  return {
    criticalValues: seen.flatMap((critical, index) => {
      const report = found[index];
      return report === undefined ? [] : [viewOf(critical, report)];
    }),
    ...(next === undefined ? {} : { next }),
  };
}

function viewOf(
  { reportId, reportNumber, order, status, notifiedAt, escalations, acknowledgedAt, resolvedAt }: Critical,
  { patientId }: Report,
): Shown {
  return {
    reportId,
    ...(patientId === undefined ? {} : { patientId }),
    reportNumber,
    ...order,
    status,
    notifiedAt,
    escalations,
    ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
  };
}
