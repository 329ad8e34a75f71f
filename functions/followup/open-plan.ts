import { type Doer, keyOf, type Stepping, SYSTEM } from '../../shared/access/acting.ts';
import { readPatientProfile } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { checkCare, placeOf, readCare } from './care.ts';
import { followupErrors } from './errors.ts';
import { EVENTS } from './followup-event.ts';
import { newPlanOperation, newTaskOperation, planOperations, policyNow, templateNamed } from './moves.ts';
import { visitTask } from './next-task.ts';
import type { Template } from './policy.ts';
import { locks, type Place, type Plan, plans } from './store.ts';
import { type Visit, visitStillToCome } from './visits.ts';

const MOST_ATTEMPTS = 8;

export interface Opening extends Partial<Stepping> {
  readonly patientId: string;
  readonly template: string;
  readonly anchor?: Day;
  /** Referral or signing that asks for it. */
  readonly basedOn?: string;
  /** Where it stands when no team has signed the patient. */
  readonly place?: Place;
  /** Only put before the team's doctors. */
  readonly proposedOnly?: boolean;
}

/**
 * Opens a plan with its first task, or proposes one; a plan that was proposed is opened by the same call. One open
 * plan a patient and template: the lock is part of the transaction. @throws Refusal, whose reasons stand in errors.ts
 */
export async function openPlan(deps: Deps, opening: Opening): Promise<Plan> {
  const { patientId, doer = SYSTEM, requestKey = opening.basedOn ?? 'system' } = opening;
  const key = keyOf({ doer, requestKey });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const lock = await locks.get(deps.table, opening, { consistent: true });
    const before =
      lock === undefined
        ? undefined
        : await plans.get(deps.table, { patientId, planId: lock.planId }, { consistent: true });
    if (before?.requestKey === key) return before;
    if (before !== undefined && (before.status !== 'PROPOSED' || opening.proposedOnly === true))
      throw followupErrors.refusal('PLAN_EXISTS', { context: { planId: before.planId } });
    const opened = await tryOpen(deps, opening, before, { doer, requestKey: key });
    if (opened !== undefined) return opened;
  }
  throw houseErrors.refusal('CONFLICT');
}

async function tryOpen(
  deps: Deps,
  opening: Opening,
  proposed: Plan | undefined,
  { doer, requestKey }: { readonly doer: Doer; readonly requestKey: string },
): Promise<Plan | undefined> {
  const { patientId } = opening;
  const template = templateNamed(policyNow(deps), opening.template);
  if (template === undefined) throw followupErrors.refusal('TEMPLATE_UNKNOWN');
  const care = await readCare(deps, patientId);
  if (care.deceased === true) throw followupErrors.refusal('DECEASED_RESIDENT');
  const place = (await placeOf(deps, care)) ?? opening.place;
  if (place === undefined) throw followupErrors.refusal('NOT_FOLLOWED_HERE');
  const bare: Plan = {
    patientId,
    planId: proposed?.planId ?? deps.ids.next(16),
    ...place,
    template: template.template,
    status: opening.proposedOnly === true ? 'PROPOSED' : 'ACTIVE',
    version: 1,
    anchor: dayOf(deps.clock.now()),
    openedAt: instant(deps.clock),
    ...(opening.basedOn === undefined ? {} : { basedOn: opening.basedOn }),
    visit: 0,
    tasks: 0,
    streaks: {},
    results: [],
    requestKey,
  };
  if (opening.proposedOnly === true) {
    const outcome = await deps.table.transact([
      newPlanOperation(deps, bare, EVENTS.proposed, doer),
      locks.putOperation(bare, { planId: bare.planId }, { if: { $exists: false } }),
      checkCare(care),
    ]);
    return outcome.ok ? bare : undefined;
  }
  const { anchor, visit } = await beginning(deps, opening, template);
  const task = visitTask(deps, bare, visit);
  const plan: Plan = { ...bare, anchor, visit: visit.index, tasks: 1, openTask: task.taskId };
  const { status, version: _version, patientId: _patient, planId, ...set } = plan;
  const outcome = await deps.table.transact([
    ...(proposed === undefined
      ? [
          newPlanOperation(deps, plan, EVENTS.opened, doer),
          locks.putOperation(plan, { planId }, { if: { $exists: false } }),
        ]
      : planOperations(deps, proposed, { to: status, set, news: EVENTS.opened }, doer)),
    newTaskOperation(deps, task),
    checkCare(care),
  ]);
  return outcome.ok ? plan : undefined;
}

/** The day the plan counts from, and the first visit that can still be done. */
async function beginning(
  deps: Deps,
  { patientId, anchor: given }: Opening,
  template: Template,
): Promise<{ readonly anchor: Day; readonly visit: Visit }> {
  const today = dayOf(deps.clock.now());
  let anchor = template.anchor === 'OPENING' ? today : given;
  if (template.anchor === 'BIRTH') {
    const profile = await readPatientProfile(deps, patientId);
    if (profile === undefined) throw followupErrors.refusal('IDENTITY_UNVERIFIED');
    anchor = profile.birthDate;
  }
  if (anchor === undefined) throw followupErrors.refusal('ANCHOR_NEEDED');
  const visit = anchor > today ? undefined : visitStillToCome(template, anchor, 0, today);
  if (visit === undefined) throw followupErrors.refusal('ANCHOR_INVALID');
  return { anchor, visit };
}
