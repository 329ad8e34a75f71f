import type { Doer } from '../../shared/access/acting.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Place, PlanId } from './store.ts';

/** What is said of plans and tasks. */
export const EVENTS = {
  proposed: 'followup.plan-proposed',
  opened: 'followup.plan-opened',
  planChanged: 'followup.plan-changed',
  ended: 'followup.plan-ended',
  referralProposed: 'followup.referral-proposed',
  answered: 'followup.task-answered',
  deferred: 'followup.task-deferred',
  cancelled: 'followup.task-cancelled',
  lost: 'followup.task-lost',
  reminder: 'followup.reminder-due',
  emergency: 'followup.emergency',
} as const;
export type EventType = (typeof EVENTS)[keyof typeof EVENTS];

/** What consumers need to find it, and who did it: ids, codes and days only (`contracts.ts`). */
export function followupEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  type: EventType,
  { patientId, planId, taskId, institutionId, careTeamId }: PlanId & Place & { readonly taskId?: string },
  { by, role, institutionId: byInstitutionId, traceparent }: Doer,
  more: Readonly<Record<string, Value>> = {},
): DomainEvent {
  return eventFor(deps, type, {
    data: {
      patientId,
      planId,
      ...(taskId === undefined ? {} : { taskId }),
      institutionId,
      ...(careTeamId === undefined ? {} : { careTeamId }),
      by,
      role,
      ...(byInstitutionId === undefined ? {} : { byInstitutionId }),
      ...more,
    },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}
