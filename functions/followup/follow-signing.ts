import * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import { readPriorityGroups } from '../../shared/access/priority-groups.ts';
import type { Subscription } from '../../shared/context.ts';
import type { DomainEvent, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors, Refusal } from '../../shared/kernel/errors.ts';
import { changeCare, openPlansOf, placeOf, plansOf, readCare } from './care.ts';
import { changePlan } from './change-plan.ts';
import { idSchema } from './contracts.ts';
import { endPlan } from './end-plan.ts';
import { EVENTS } from './followup-event.ts';
import { planOperations, policyNow, taskOperation, templateNamed, templateOf } from './moves.ts';
import { openPlan } from './open-plan.ts';
import type { Care, Place, Plan } from './store.ts';

/** What signing says of a step: what follow-up needs of it. */
const signingMoved = z.object({ patientId: idSchema, signingId: idSchema, careTeamId: idSchema });
type Moved = z.output<typeof signingMoved>;

const MOST_ATTEMPTS = 12;

/** Keeps whom the patient is with. What it answers is as it stands now, also when the event came too late to count. */
async function keep(
  deps: Deps,
  patientId: string,
  { at }: DomainEvent,
  after: (seen: Care) => Care,
): Promise<Care> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readCare(deps, patientId);
    if (seen.deceased === true) return seen;
    const next = { ...after(seen), heardAt: at < seen.heardAt ? seen.heardAt : at };
    // A death is never too old to count.
    if (at < seen.heardAt && next.deceased !== true) return seen;
    const { ok } = await deps.table.transact([changeCare(seen, next)]);
    if (ok) return next;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** Signed, or signed anew: the patient's plans stand with this team, and those of their groups are opened. */
async function signed(
  deps: Deps,
  { patientId, signingId, careTeamId }: Moved,
  event: DomainEvent,
): Promise<void> {
  const care = await keep(deps, patientId, event, (seen) => ({ ...seen, holder: { signingId, careTeamId } }));
  if (care.holder?.signingId !== signingId || care.deceased === true) return;
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
async function released(deps: Deps, { patientId, signingId }: Moved, event: DomainEvent): Promise<void> {
  const care = await keep(deps, patientId, event, ({ holder, ...rest }) =>
    holder?.signingId === signingId || holder === undefined ? rest : { ...rest, holder },
  );
  if (care.holder !== undefined) return;
  for (const plan of await openPlansOf(deps, patientId)) {
    if (!templateOf(deps, plan).outlivesSigning) await endPlan(deps, plan, 'SIGNING_ENDED');
  }
}

async function died(deps: Deps, patientId: string, event: DomainEvent): Promise<void> {
  await keep(deps, patientId, event, ({ holder: _holder, ...rest }) => ({ ...rest, deceased: true }));
  for (const plan of await openPlansOf(deps, patientId)) await endPlan(deps, plan, 'DEATH_REPORTED');
}

const patientOf = z.object({ patientId: idSchema });

/** Moving to another team says nothing here: the contract that takes the place of the old one does. */
export const signingSubscriptions: readonly Subscription[] = [
  { event: 'signing.active', handle: (deps, event) => signed(deps, signingMoved.parse(event.data), event) },
  ...['signing.terminated', 'signing.expired'].map(
    (event): Subscription => ({
      event,
      handle: (deps, heard) => released(deps, signingMoved.parse(heard.data), heard),
    }),
  ),
  ...['signing.deceased', 'referral.died'].map(
    (event): Subscription => ({
      event,
      handle: (deps, heard) => died(deps, patientOf.parse(heard.data).patientId, heard),
    }),
  ),
];
