import * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import type { Subscription } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { checkCare, hasEnded, keepCare, openPlansOf, readCare, withEnded } from './care.ts';
import { changePlan } from './change-plan.ts';
import { idSchema } from './contracts.ts';
import { EVENTS } from './followup-event.ts';
import { stopping } from './go-on.ts';
import { newTaskOperation, planOperations, policyNow } from './moves.ts';
import { returnTask } from './next-task.ts';
import { openPlan } from './open-plan.ts';

/** What referral says of a step: what follow-up needs of it. */
const referralMoved = z.object({
  patientId: idSchema,
  referralId: idSchema,
  /** Of a standing referral: the visit it is at. */
  round: z.int(),
  direction: z.enum(['UP', 'DOWN']),
  toInstitutionId: idSchema,
  follows: z.optional(idSchema),
});
type Moved = z.output<typeof referralMoved>;

type Stay = Pick<Moved, 'referralId' | 'round'>;

function nameOf({ referralId, round }: Stay): string {
  return `${referralId}#${round}`;
}

/** Somebody has applied: the proposal is followed. Not if it was heard before that the referral came to nothing. */
async function markFollowed(deps: Deps, { patientId, ...stay }: Moved): Promise<void> {
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, async ({ plan }) => {
      const { proposal, status } = plan;
      if (status === 'ENDED' || proposal === undefined || proposal.referralId !== undefined) return undefined;
      const care = await readCare(deps, patientId);
      if (hasEnded(care, nameOf(stay))) return undefined;
      const set = { proposal: { ...proposal, referralId: stay.referralId } };
      return [...planOperations(deps, plan, { set, news: EVENTS.planChanged }, SYSTEM), checkCare(care)];
    });
  }
}

/** The referral ended and nobody was treated: what was proposed is before the doctor again. */
async function cameToNothing(deps: Deps, moved: Moved): Promise<void> {
  const { patientId, referralId } = moved;
  await resume(deps, patientId, nameOf(moved));
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, ({ plan }) => {
      const { proposal, status } = plan;
      if (status === 'ENDED' || proposal?.referralId !== referralId) return undefined;
      const { referralId: _nothing, ...again } = proposal;
      return planOperations(deps, plan, { set: { proposal: again }, news: EVENTS.planChanged }, SYSTEM);
    });
  }
}

/** The patient is at the hospital: nobody is reminded of a visit at home. Not if the return was heard of before. */
async function pause(deps: Deps, { patientId, ...stay }: Moved): Promise<void> {
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, async ({ plan, task }) => {
      const care = await readCare(deps, patientId);
      if (plan.status !== 'ACTIVE' || hasEnded(care, nameOf(stay)) || hasEnded(care, stay.referralId))
        return undefined;
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
          { to: 'PAUSED', set: { pausedBy: nameOf(stay) }, drop: ['openTask'], news: EVENTS.planChanged },
          SYSTEM,
        ),
        checkCare(care),
      ];
    });
  }
}

/** The patient is back: what waited for it goes on within two weeks. That the stay is over is kept first. */
async function resume(deps: Deps, patientId: string, over: string): Promise<void> {
  await keepCare(deps, patientId, (seen) => (hasEnded(seen, over) ? undefined : withEnded(seen, over)));
  for (const { planId } of await openPlansOf(deps, patientId)) {
    await changePlan(deps, { patientId, planId }, ({ plan }) => {
      const [referralId] = plan.pausedBy?.split('#', 1) ?? [];
      if (plan.status !== 'PAUSED' || (plan.pausedBy !== over && referralId !== over)) return undefined;
      const next = returnTask(deps, plan);
      return [
        ...planOperations(
          deps,
          plan,
          {
            to: 'ACTIVE',
            // Treated anew: what was unsatisfactory before does not count any more.
            set: { streaks: {}, openTask: next.taskId, tasks: plan.tasks + 1 },
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
async function takeOver(deps: Deps, moved: Moved): Promise<void> {
  const { patientId, referralId, follows, toInstitutionId: institutionId } = moved;
  // By its name alone: the referral that leads up is over with all its rounds.
  if (follows !== undefined) await resume(deps, patientId, follows);
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

type Handler = (deps: Deps, moved: Moved) => Promise<void>;

function up(handle: Handler): Handler {
  return async (deps, moved) => (moved.direction === 'UP' ? handle(deps, moved) : undefined);
}

const back = up((deps, { patientId, ...stay }) => resume(deps, patientId, nameOf(stay)));

const HANDLERS: Readonly<Record<string, Handler>> = {
  'referral.gate-review': up(markFollowed),
  'referral.offered': up(markFollowed),
  'referral.arrived': up(pause),
  'referral.in-treatment': up(pause),
  'referral.completed': back,
  'referral.between-visits': back,
  'referral.rejected': up(cameToNothing),
  'referral.declined': up(cameToNothing),
  'referral.no-show': up(cameToNothing),
  'referral.withdrawn': up(cameToNothing),
  'referral.expired': up(cameToNothing),
  'referral.first-visit': takeOver,
};

export const referralSubscriptions: readonly Subscription[] = Object.entries(HANDLERS).map(
  ([event, handle]) => ({
    event,
    handle: (deps, heard) => handle(deps, referralMoved.parse(heard.data)),
  }),
);
