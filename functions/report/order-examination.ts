import type * as z from 'zod/mini';
import { keyOf, type Stepping } from '../../shared/access/acting.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { orderBody, orderView } from './contracts.ts';
import { reportErrors } from './errors.ts';
import { offerResults } from './offer-results.ts';
import { recognitionPolicy } from './policy.ts';
import type { Reader } from './readers.ts';
import { ORDER_NEWS } from './report-event.ts';
import { openExamination, sealExamination } from './sealing.ts';
import { counts, type Examination, examinations } from './store.ts';

type Ordered = z.input<typeof orderView>;

export interface Ordering extends Stepping {
  readonly patientId: string;
  readonly institutionId: string;
  readonly requestId: string;
}

/**
 * R11: an examination is asked for. Where an equal result counts, it is used or there is one of the permitted reasons to
 * examine again; with neither nothing is ordered, and that it was tried is written down. Counted once, in the month.
 */
export async function orderExamination(
  deps: Deps,
  ordering: Ordering,
  { code, recognises, repeatReason }: z.output<typeof orderBody>,
): Promise<Ordered> {
  const { patientId, institutionId, doer } = ordering;
  const at = { institutionId, requestKey: keyOf(ordering) };
  const done = await examinations.get(deps.table, at, { consistent: true });
  if (done !== undefined) return viewOf(deps, at, done);
  const reader: Reader = { ...ordering, purpose: 'TREATMENT' };
  const offers = await offerResults(deps, reader, { patientId, institutionId, codes: [code] });
  if (recognises !== undefined && !offers.some(({ reportId }) => reportId === recognises))
    throw reportErrors.refusal('RESULT_NOT_RECOGNISED');
  if (recognises === undefined && repeatReason === undefined && offers.length > 0) {
    await warn(deps, ordering);
    throw refusal(deps, offers);
  }
  const decision = recognises !== undefined ? 'RECOGNISED' : offers.length > 0 ? 'REPEATED' : 'ORDERED';
  const examination: Examination = {
    decision,
    code: await sealExamination(deps, at, code),
    patientId,
    ...(recognises === undefined ? {} : { recognises }),
    ...(decision === 'REPEATED' && repeatReason !== undefined ? { repeatReason } : {}),
    by: doer.by,
    at: instant(deps.clock),
  };
  const event = orderEvent(deps, ORDER_NEWS[decision], ordering, recognises);
  const { ok } = await deps.table.transact([
    examinations.putOperation(at, examination, { if: { $exists: false }, event }),
    ...counted(institutionId, examination),
  ]);
  if (ok) return viewOf(deps, at, examination);
  const other = await examinations.get(deps.table, at, { consistent: true });
  if (other === undefined) throw new Error('an examination is neither there nor can be');
  return viewOf(deps, at, other);
}

/** What was not there to be recognised counts in neither number. */
function counted(institutionId: string, { decision, repeatReason, at }: Examination) {
  if (decision === 'ORDERED') return [];
  const month = dayOf(at).slice(0, 7);
  const [one, other] = decision === 'RECOGNISED' ? ['recognised', 'repeated'] : ['repeated', 'recognised'];
  return [
    counts.updateOperation(
      { institutionId, month },
      {
        add: { [one]: 1, ...(repeatReason === undefined ? {} : { [`reason:${repeatReason}`]: 1 }) },
        setIfAbsent: { month, [other]: 0 },
      },
    ),
  ];
}

/** The warning stays in the trail, by its event, though nothing was ordered. One a request. */
async function warn(deps: Deps, ordering: Ordering): Promise<void> {
  const { institutionId } = ordering;
  const requestKey = `refused#${keyOf(ordering)}`;
  const event = orderEvent(deps, ORDER_NEWS.REFUSED, ordering);
  const { by } = ordering.doer;
  const mark = { decision: 'ORDERED' as const, code: '', patientId: ordering.patientId, by, at: event.at };
  await examinations.put(deps.table, { institutionId, requestKey }, mark, { if: { $exists: false }, event });
}

function refusal(deps: Deps, offers: Awaited<ReturnType<typeof offerResults>>): Error {
  const { repeatReasons } = deps.city.policy(recognitionPolicy).at(dayOf(deps.clock.now()));
  return reportErrors.refusal('REPEAT_NEEDS_REASON', {
    reasons: [
      ...offers.map(({ reportId, validUntil, scope }) =>
        reportErrors.reason('EQUAL_RESULT', { reportId, validUntil, scope }),
      ),
      ...Object.entries(repeatReasons).map(([reason, text]) =>
        reportErrors.reason('PERMITTED_REASON', { reason, text }),
      ),
    ],
  });
}

function orderEvent(
  deps: Deps,
  type: string,
  { patientId, institutionId, doer }: Ordering,
  reportId?: string,
): DomainEvent {
  return eventFor(deps, type, {
    data: {
      patientId,
      institutionId,
      ...(reportId === undefined ? {} : { reportId }),
      by: doer.by,
      role: doer.role,
    },
    ...(doer.traceparent === undefined ? {} : { traceparent: doer.traceparent }),
  });
}

async function viewOf(
  deps: Deps,
  at: Parameters<typeof examinations.key>[0],
  { decision, code, recognises, repeatReason }: Examination,
): Promise<Ordered> {
  return {
    decision,
    code: await openExamination(deps, at, code),
    ...(recognises === undefined ? {} : { recognises }),
    ...(repeatReason === undefined ? {} : { repeatReason }),
  };
}
