import { checkTask, returnTask } from '../../../../functions/followup/next-task.ts';
import type { FollowupPolicy } from '../../../../functions/followup/policy.ts';
import type { Task } from '../../../../functions/followup/store.ts';
import { isQuiet, nextDue, spreadMs } from '../../../../functions/followup/waits.ts';
import { addDays, dayOf, instantAt } from '../../../../shared/kernel/china-time.ts';
import { cityWith } from '../../../support/city-policy.ts';
import { testDeps } from '../../../support/deps.ts';
import type { Boundary } from '../../../support/policy-numbers.ts';
import { ADULT, hypertensive, openWorld, shown, taskPath } from '../world.ts';

/** What time does with a task, on both sides of every number that says when. */

type Row = Boundary<FollowupPolicy>;

/** Monday 2026-03-02. */
const TODAY = '2026-03-02';
const MINUTE = 60_000;

const depsOf = (policy: FollowupPolicy) =>
  testDeps({ start: instantAt(TODAY, '08:00'), city: cityWith('demo', 'followup', policy) });

const planOf = (template: string) =>
  ({ patientId: ADULT, planId: 'plan-1', institutionId: 'town', template, tasks: 1 }) as const;

/** Whether the task can still be done on its last day, and on the day after. */
function lastDay(policy: FollowupPolicy, task: Task, day: Task['until']): readonly boolean[] {
  const { at = '' } = nextDue(policy, { ...task, status: 'REMINDED', reminders: 1 }) ?? {};
  return [day, addDays(day, 1)].map((one) => one < dayOf(at));
}

const TEMPLATES = [
  'HYPERTENSION',
  'DIABETES',
  'ELDERLY',
  'MENTAL_DISORDER',
  'TUBERCULOSIS',
  'ANTENATAL',
  'POSTNATAL',
  'CHILD',
  'POST_OPERATIVE',
  'DOWN_REFERRAL',
];

const checks = TEMPLATES.map(
  (template): Row => ({
    number: `templates.${template}.checkDays`,
    says: '2周',
    look: (policy) => {
      const verdict = { level: 'UNSATISFACTORY', rules: [] } as const;
      return lastDay(policy, checkTask(depsOf(policy), planOf(template), verdict), '2026-03-16');
    },
    sides: [true, false],
  }),
);

const back: Row = {
  number: 'returnDays',
  says: '转诊返回后2周内随访',
  look: (policy) => lastDay(policy, returnTask(depsOf(policy), planOf('HYPERTENSION')), '2026-03-16'),
  sides: [true, false],
};

/** Due on Monday 2026-03-09, and open until the day after. */
const TASK: Task = {
  patientId: ADULT,
  planId: 'plan-1',
  taskId: 'plan-1-0001',
  institutionId: 'town',
  template: 'HYPERTENSION',
  kind: 'VISIT',
  status: 'DUE',
  version: 1,
  from: '2026-03-02',
  at: '2026-03-09',
  until: '2026-03-10',
  dueOn: '2026-03-09',
  rules: [],
  reminders: 0,
  deferrals: 0,
  history: [],
  requestKey: '',
};

const quietAt = (policy: FollowupPolicy, times: readonly string[]) =>
  times.map((time) => isQuiet(policy, Date.parse(instantAt('2026-03-08', time))));

const dayOfNext = (policy: FollowupPolicy, task: Partial<Task>): string => {
  const { due, at = '' } = nextDue(policy, { ...TASK, ...task }) ?? {};
  return `${due} ${dayOf(at)}`;
};
const overdue = (policy: FollowupPolicy, reminders: number): string =>
  dayOfNext(policy, { status: 'OVERDUE', reminders });

const reminding: readonly Row[] = [
  {
    number: 'reminders.from',
    says: '提醒时段',
    look: (policy) => quietAt(policy, ['08:29', '08:30']),
    sides: [true, false],
  },
  {
    number: 'reminders.until',
    says: '提醒时段',
    look: (policy) => quietAt(policy, ['19:59', '20:00']),
    sides: [false, true],
  },
  {
    number: 'reminders.spreadMinutes',
    says: '分散时长',
    look: ({ reminders }) => {
      const waits = Array.from({ length: 6_000 }, (_, index) =>
        spreadMs({ taskId: `plan${index}-0001` }, reminders.spreadMinutes),
      );
      return [59, 60].map((minutes) => waits.some((ms) => ms >= minutes * MINUTE));
    },
    sides: [true, false],
  },
  {
    number: 'reminders.daysBefore',
    says: '提前天数',
    look: (policy) => dayOfNext(policy, {}),
    sides: 'REMIND 2026-03-08',
  },
  {
    number: 'overdue.attempts',
    says: '过期后的提醒',
    look: (policy) => [3, 4].map((reminders) => overdue(policy, reminders).split(' ')[0]),
    sides: ['REMIND_AGAIN', 'LOSE'],
  },
  {
    number: 'overdue.everyDays',
    says: '过期后的提醒',
    look: (policy) => [1, 2, 3].map((reminders) => overdue(policy, reminders)),
    sides: ['REMIND_AGAIN 2026-03-11', 'REMIND_AGAIN 2026-03-18', 'REMIND_AGAIN 2026-03-25'],
  },
  {
    number: 'overdue.lostAfterDays',
    says: '失访时限',
    look: (policy) => overdue(policy, 4),
    sides: 'LOSE 2026-04-09',
  },
];

/** A visit that is meant for Monday 2026-03-09 is put off to these days, one after the other: what each is answered. */
async function putOff(policy: FollowupPolicy, days: readonly string[]): Promise<readonly unknown[]> {
  const world = await openWorld({ city: cityWith('demo', 'followup', policy) });
  const { planId, task } = await hypertensive(world);
  const answers: unknown[] = [];
  for (const to of days) {
    const path = taskPath(ADULT, planId, task?.taskId ?? '', 'deferral');
    const answer = await world.people.of(ADULT).post(path, { to });
    answers.push(answer.code ?? shown<{ task: Task }>(answer).task.dueOn);
  }
  return answers;
}

const deferring: readonly Row[] = [
  {
    number: 'deferral.mostDays',
    says: '改期次数与天数',
    look: (policy) => putOff(policy, ['2026-03-24', '2026-03-23']),
    sides: ['DEFERRAL_REFUSED', '2026-03-23'],
  },
  {
    number: 'deferral.most',
    says: '改期次数与天数',
    look: (policy) => putOff(policy, ['2026-03-16', '2026-03-17', '2026-03-18']),
    sides: ['2026-03-16', '2026-03-17', 'DEFERRAL_REFUSED'],
  },
];

export const waiting: readonly Row[] = [...checks, back, ...reminding, ...deferring];
