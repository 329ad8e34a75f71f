import * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import { readPriorityGroups } from '../../shared/access/priority-groups.ts';
import type { Subscription } from '../../shared/context.ts';
import type { DomainEvent, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors, Refusal } from '../../shared/kernel/errors.ts';
import { checkCare, hasEnded, keepCare, openPlansOf, placeOf, plansOf, readCare, withEnded } from './care.ts';
import { changePlan } from './change-plan.ts';
import { idSchema } from './contracts.ts';
import { endPlan } from './end-plan.ts';
import { EVENTS } from './followup-event.ts';
import { planOperations, policyNow, taskOperation, templateNamed, templateOf } from './moves.ts';
import { openPlan } from './open-plan.ts';
import type { Place, Plan } from './store.ts';

/** What signing says of a step: what follow-up needs of it. */
const signingMoved = z.object({ patientId: idSchema, signingId: idSchema, careTeamId: idSchema });
type Moved = z.output<typeof signingMoved>;

/** Signed, or signed anew: the patient's plans stand with this team, and those of their groups are opened. */
async function signed(
  deps: Deps,
  { patientId, signingId, careTeamId }: Moved,
  event: DomainEvent,
): Promise<void> {
  const { at } = event;
  const care = await keepCare(deps, patientId, (seen) => {
    const { holder, ...rest } = seen;
    if (seen.deceased === true || at < seen.heardAt) return undefined;
    // Over before it was heard of: the one whose place it took is over as well.
    if (hasEnded(seen, signingId)) return { ...rest, heardAt: at };
    return { ...rest, heardAt: at, holder: { signingId, careTeamId } };
  });
  if (care.deceased === true) return;
  if (care.holder === undefined) return endWithContract(deps, patientId);
  if (care.holder.signingId !== signingId) return;
  const place = await placeOf(deps, care);
  // The directory's word of the team is still under way: the bus brings this one again.
  if (place === undefined) throw houseErrors.refusal('CONFLICT');
  for (const plan of await openPlansOf(deps, patientId)) await moveTo(deps, plan, place);
  await openForGroups(deps, patientId, signingId);
}

async function moveTo(deps: Deps, { patientId, planId }: Plan, place: Place): Promise<void> {
  await changePlan(deps, { patientId, planId }, ({ plan, task }) => {
    if (plan.status === 'ENDED' || plan.careTeamId === place.careTeamId) return undefined;
    const operations: TransactOperation[] = [
      ...planOperations(deps, plan, { set: place, news: EVENTS.planChanged }, SYSTEM),
      ...(task === undefined ? [] : [taskOperation(deps, task, { set: place }, SYSTEM)]),
    ];
    return operations;
  });
}

/** 应访: what a city follows up in residents of a group. What has to be told first (a pregnancy’s day) is proposed. */
async function openForGroups(deps: Deps, patientId: string, signingId: string): Promise<void> {
  const policy = policyNow(deps);
  const groups = await readPriorityGroups(deps.table, patientId);
  const before = await plansOf(deps, patientId);
  for (const { group, template, mode } of policy.groups) {
    // What this contract has opened once is not opened again, though a doctor has ended it since.
    const wasOpened = before.some((plan) => plan.template === template && plan.basedOn === signingId);
    if (!groups.includes(group) || wasOpened) continue;
    const proposedOnly = mode === 'PROPOSE' || templateNamed(policy, template)?.anchor === 'GIVEN';
    try {
      await openPlan(deps, { patientId, template, basedOn: signingId, proposedOnly });
    } catch (error) {
      // Open already, or nothing left to do: a child of six years and ten months.
      if (!(error instanceof Refusal) || error.code === 'CONFLICT') throw error;
    }
  }
}

/** The contract has ended. What a plan is for may outlive it: then it stays with the institution that follows up. */
async function released(deps: Deps, { patientId, signingId }: Moved): Promise<void> {
  const care = await keepCare(deps, patientId, (seen) => {
    const { holder, ...rest } = seen;
    if (hasEnded(seen, signingId)) return undefined;
    return withEnded(holder?.signingId === signingId ? rest : seen, signingId);
  });
  if (care.holder === undefined) await endWithContract(deps, patientId);
}

async function endWithContract(deps: Deps, patientId: string): Promise<void> {
  for (const plan of await openPlansOf(deps, patientId)) {
    if (templateOf(deps, plan).outlivesSigning) await leaveTeam(deps, plan);
    else await endPlan(deps, plan, 'SIGNING_ENDED');
  }
}

/** The institution's own from here on: the team has no part in the patient any more. */
async function leaveTeam(deps: Deps, { patientId, planId }: Plan): Promise<void> {
  await changePlan(deps, { patientId, planId }, async ({ plan, task }) => {
    const care = await readCare(deps, patientId);
    if (plan.status === 'ENDED' || plan.careTeamId === undefined || care.holder !== undefined)
      return undefined;
    const drop = ['careTeamId'] as const;
    return [
      ...planOperations(deps, plan, { drop, news: EVENTS.planChanged }, SYSTEM),
      ...(task === undefined ? [] : [taskOperation(deps, task, { drop }, SYSTEM)]),
      checkCare(care),
    ];
  });
}

async function died(deps: Deps, patientId: string): Promise<void> {
  await keepCare(deps, patientId, ({ holder: _holder, ...rest }) =>
    rest.deceased === true ? undefined : { ...rest, deceased: true },
  );
  for (const plan of await openPlansOf(deps, patientId)) await endPlan(deps, plan, 'DEATH_REPORTED');
}

const patientOf = z.object({ patientId: idSchema });

/** Moving to another team says nothing here: the contract that takes the place of the old one does. */
export const signingSubscriptions: readonly Subscription[] = [
  { event: 'signing.active', handle: (deps, event) => signed(deps, signingMoved.parse(event.data), event) },
  ...['signing.terminated', 'signing.expired'].map(
    (event): Subscription => ({
      event,
      handle: (deps, heard) => released(deps, signingMoved.parse(heard.data)),
    }),
  ),
  ...['signing.deceased', 'referral.died'].map(
    (event): Subscription => ({
      event,
      handle: (deps, heard) => died(deps, patientOf.parse(heard.data).patientId),
    }),
  ),
];
