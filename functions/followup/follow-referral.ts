import * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import type { Subscription } from '../../shared/context.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { openPlansOf } from './care.ts';
import { changePlan } from './change-plan.ts';
import { idSchema } from './contracts.ts';
import { EVENTS } from './followup-event.ts';
import { stopping } from './go-on.ts';
import { newTaskOperation, planOperations, policyNow } from './moves.ts';
import { returnTask } from './next-task.ts';
import { openPlan } from './open-plan.ts';
import type { Plan } from './store.ts';

/** What referral says of a step: what follow-up needs of it. */
const referralMoved = z.object({
  patientId: idSchema,
  referralId: idSchema,
  direction: z.enum(['UP', 'DOWN']),
  toInstitutionId: idSchema,
  follows: z.optional(idSchema),
});
type Moved = z.output<typeof referralMoved>;

/** An older word than the last one that counted comes too late. */
function isNews({ heardAt }: Plan, { at }: DomainEvent): boolean {
  return heardAt === undefined || at > heardAt;
}

/** Somebody has applied: the proposal is followed. */
async function markFollowed(deps: Deps, { patientId, referralId }: Moved): Promise<void> {
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, ({ plan }) => {
      const { proposal, status } = plan;
      if (status === 'ENDED' || proposal === undefined || proposal.referralId !== undefined) return undefined;
      const set = { proposal: { ...proposal, referralId } };
      return planOperations(deps, plan, { set, news: EVENTS.planChanged }, SYSTEM);
    });
  }
}

/** The patient is at the hospital: nobody is reminded of a visit at home. */
async function pause(deps: Deps, { patientId, referralId }: Moved, event: DomainEvent): Promise<void> {
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, ({ plan, task }) => {
      if (plan.status !== 'ACTIVE' || !isNews(plan, event)) return undefined;
      const set = { pausedBy: referralId, heardAt: event.at };
      return [
        ...stopping(
          deps,
          task,
          { to: 'CANCELLED', set: { cancelled: 'AT_HOSPITAL' }, news: EVENTS.cancelled },
          SYSTEM,
        ),
        ...planOperations(
          deps,
          plan,
          { to: 'PAUSED', set, drop: ['openTask'], news: EVENTS.planChanged },
          SYSTEM,
        ),
      ];
    });
  }
}

/** The patient is back, by this referral or the one that leads down from it: the plan goes on within two weeks. */
async function resume(deps: Deps, patientId: string, referralId: string, event: DomainEvent): Promise<void> {
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, ({ plan }) => {
      if (!isNews(plan, event) || plan.status === 'ENDED') return undefined;
      const heard = { heardAt: event.at };
      if (plan.status !== 'PAUSED' || plan.pausedBy !== referralId)
        return planOperations(deps, plan, { set: heard, news: EVENTS.planChanged }, SYSTEM);
      const next = returnTask(deps, plan);
      return [
        ...planOperations(
          deps,
          plan,
          {
            to: 'ACTIVE',
            // Treated anew: what was unsatisfactory before does not count any more.
            set: { ...heard, streaks: {}, openTask: next.taskId, tasks: plan.tasks + 1 },
            drop: ['pausedBy', 'proposal'],
            news: EVENTS.planChanged,
          },
          SYSTEM,
        ),
        newTaskOperation(deps, next),
      ];
    });
  }
}

/** Handed down with a continuation plan: the community follows up, first within the days that the template names. */
async function takeOver(deps: Deps, moved: Moved, event: DomainEvent): Promise<void> {
  const { patientId, referralId, follows, toInstitutionId: institutionId } = moved;
  if (follows !== undefined) await resume(deps, patientId, follows, event);
  try {
    await openPlan(deps, {
      patientId,
      template: policyNow(deps).downReferral,
      basedOn: referralId,
      place: { institutionId },
    });
  } catch (error) {
    // One that is open already goes on; the dead are followed up by nobody.
    const known = error instanceof Refusal && ['PLAN_EXISTS', 'DECEASED_RESIDENT'].includes(error.code);
    if (!known) throw error;
  }
}

type Handler = (deps: Deps, moved: Moved, event: DomainEvent) => Promise<void>;

function up(handle: Handler): Handler {
  return async (deps, moved, event) => (moved.direction === 'UP' ? handle(deps, moved, event) : undefined);
}

const back = up((deps, { patientId, referralId }, event) => resume(deps, patientId, referralId, event));

const HANDLERS: Readonly<Record<string, Handler>> = {
  'referral.gate-review': up(markFollowed),
  'referral.offered': up(markFollowed),
  'referral.arrived': up(pause),
  'referral.in-treatment': up(pause),
  'referral.completed': back,
  'referral.between-visits': back,
  'referral.no-show': back,
  'referral.withdrawn': back,
  'referral.expired': back,
  'referral.first-visit': takeOver,
};

export const referralSubscriptions: readonly Subscription[] = Object.entries(HANDLERS).map(
  ([event, handle]) => ({
    event,
    handle: (deps, heard) => handle(deps, referralMoved.parse(heard.data), heard),
  }),
);
