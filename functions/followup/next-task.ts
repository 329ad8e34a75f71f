import type { Deps } from '../../shared/deps.ts';
import { addDays, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Kind, Level } from './codes.ts';
import { policyNow, templateOf } from './moves.ts';
import { type Plan, type Task, taskIdOf } from './store.ts';
import { placeDay, type Visit, type Window } from './visits.ts';

/** What a plan goes on with. One task at a time: the next one is made in the write that ends the last. */

const CHECKS: Readonly<Record<Exclude<Level, 'SATISFACTORY'>, Kind>> = {
  EMERGENCY: 'EMERGENCY_CHECK',
  REFER: 'REFERRAL_CHECK',
  UNSATISFACTORY: 'RECHECK',
};

type Begun = Pick<Plan, 'patientId' | 'planId' | 'institutionId' | 'careTeamId' | 'template' | 'tasks'>;

interface Wanted {
  readonly kind: Kind;
  readonly window: Window;
  readonly visit?: number;
  readonly rules?: readonly string[];
}

export function visitTask(deps: Deps, plan: Begun, { index, ...window }: Visit): Task {
  return made(deps, plan, { kind: 'VISIT', window, visit: index });
}

/** After an answer that was not satisfactory: within the days that the template names. */
export function checkTask(
  deps: Deps,
  plan: Begun,
  { level, rules }: { readonly level: Exclude<Level, 'SATISFACTORY'>; readonly rules: readonly string[] },
): Task {
  return made(deps, plan, {
    kind: CHECKS[level],
    window: within(deps, templateOf(deps, plan).checkDays),
    rules,
  });
}

/** After the return from a hospital. */
export function returnTask(deps: Deps, plan: Begun): Task {
  return made(deps, plan, { kind: 'RETURN', window: within(deps, policyNow(deps).returnDays) });
}

/** Due on the last of so many days, or on a working day before it; open from tomorrow on. */
function within({ clock }: Pick<Deps, 'clock'>, days: number): Window {
  const today = dayOf(clock.now());
  const last = addDays(today, days);
  return { from: addDays(today, 1), at: last, until: last };
}

function made(deps: Deps, plan: Begun, { kind, window, visit, rules = [] }: Wanted): Task {
  const { patientId, planId, institutionId, careTeamId, template, tasks } = plan;
  const today: Day = dayOf(deps.clock.now());
  return {
    patientId,
    planId,
    taskId: taskIdOf(planId, tasks + 1),
    institutionId,
    ...(careTeamId === undefined ? {} : { careTeamId }),
    template,
    kind,
    status: 'SCHEDULED',
    version: 1,
    ...(visit === undefined ? {} : { visit }),
    ...window,
    ...placeDay(policyNow(deps), window, today),
    rules,
    reminders: 0,
    deferrals: 0,
    history: [{ at: instant(deps.clock), status: 'SCHEDULED' }],
    requestKey: 'plan',
  };
}
