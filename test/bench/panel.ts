import { openPlan } from '../../functions/followup/open-plan.ts';
import { bucketKey, planLink, taskLink } from '../../functions/followup/panel-links.ts';
import { listPanel, showPanel } from '../../functions/followup/show-panel.ts';
import { type Plan, plans, type Task, tasks } from '../../functions/followup/store.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import { addDays, type Day } from '../../shared/kernel/china-time.ts';
import { testDeps } from '../support/deps.ts';
import { startTableEngine } from '../support/table-engine.ts';

/** A family doctor's most, by 国卫基层发〔2018〕35号; of adults 27.9 % have hypertension, and 16.9 % of those are in control. */
const RESIDENTS = 2_000;
const HYPERTENSIVE = 0.279;
const DIABETIC = 0.104;
const OUT_OF_CONTROL = 0.831;
const OLD = 0.2;
/** Every plan has a visit a quarter: what is due lies evenly over these days, the last of them overdue. */
const DAYS = 90;
const OVERDUE = 7;

/** What a panel may cost: one DynamoDB query answers 1 MB, and a doctor waits for none of it. */
const MOST_UNITS = 150;

interface Bill {
  readonly what: string;
  readonly rows: number;
  readonly 'read units': number;
  readonly 'KB answered': number;
  readonly ms: number;
}

/** The panel of a doctor with 2,000 signed residents: read units, bytes and time. */
export async function panel(): Promise<boolean> {
  let units = 0;
  const engine = await startTableEngine({
    onConsumed: ({ readUnits }) => {
      units += readUnits;
    },
  });
  try {
    const deps = testDeps({ table: engine.table, start: '2026-06-01T01:00:00.000Z' });
    const place = { institutionId: 'town', careTeamId: 'team-1' };
    const made = await open(deps, place);
    const bills: Bill[] = [];
    const measure = async (
      what: string,
      read: () => Promise<object>,
      rowsOf: (answer: never) => number,
    ): Promise<void> => {
      await read();
      units = 0;
      const start = performance.now();
      const answer = await read();
      const ms = Math.round((performance.now() - start) * 10) / 10;
      const bytes = Math.round(JSON.stringify(answer).length / 102.4) / 10;
      bills.push({ what, rows: rowsOf(answer as never), 'read units': units, 'KB answered': bytes, ms });
    };
    const rows = ({ rows: all }: { rows: unknown[] }): number => all.length;
    await measure(
      'counts',
      () => showPanel(deps, place),
      ({ dueToday, overdue, outOfControl }: { dueToday: number; overdue: number; outOfControl: number }) =>
        dueToday + overdue + outOfControl,
    );
    await measure('due today', () => listPanel(deps, place, 'due-today', undefined), rows);
    await measure('overdue', () => listPanel(deps, place, 'overdue', undefined), rows);
    await measure(
      'out of control, first page',
      () => listPanel(deps, place, 'out-of-control', undefined),
      rows,
    );
    console.log(`${RESIDENTS} residents, ${made} open plans`);
    console.table(bills);
    const all = await everyPage(deps.table, tasks, { index: 'lookup', pk: bucketKey(place, 'due') });
    const bytes = all.reduce((sum, task) => sum + JSON.stringify(task).length, 0);
    console.log(`a task in the index: ${Math.round(bytes / all.length)} bytes`);
    return bills.every((bill) => bill['read units'] <= MOST_UNITS);
  } finally {
    await engine.stop();
  }
}

type Deps = Parameters<typeof openPlan>[0];

/** One plan and its task are real ones; the others are its copies, with days and states of their own. */
async function open(
  deps: Deps,
  place: { readonly institutionId: string; readonly careTeamId: string },
): Promise<number> {
  const plan = await openPlan(deps, { patientId: 'p0', template: 'HYPERTENSION', place, basedOn: 'bench' });
  const task = await tasks.get(deps.table, { ...plan, taskId: plan.openTask ?? '' });
  if (task === undefined) throw new Error('a plan has a task');
  const shares = [
    ['HYPERTENSION', HYPERTENSIVE],
    ['DIABETES', DIABETIC],
    ['ELDERLY', OLD],
  ] as const;
  let count = 0;
  for (const [template, share] of shares) {
    const many = Math.round(RESIDENTS * share);
    const operations = Array.from({ length: many }, (_, index) =>
      copies(plan, task, { ...place, template, index, number: count + index }),
    );
    for (let start = 0; start < many; start += 50)
      await deps.table.transact(operations.slice(start, start + 50).flat());
    count += many;
  }
  return count;
}

function copies(
  plan: Plan,
  task: Task,
  {
    template,
    index,
    number,
    ...place
  }: { template: string; index: number; number: number; institutionId: string; careTeamId: string },
) {
  const id = { patientId: `patient${number}`, planId: `plan${String(number).padStart(12, '0')}` };
  const taskId = `${id.planId}-0001`;
  const dueOn = addDays('2026-06-01', (index % DAYS) - OVERDUE);
  const one: Task = {
    ...task,
    ...id,
    ...place,
    taskId,
    template,
    dueOn,
    status: dueOn < '2026-06-01' ? 'OVERDUE' : 'SCHEDULED',
  };
  const isOut = template !== 'ELDERLY' && index % 1_000 < OUT_OF_CONTROL * 1_000;
  const days: readonly Day[] = ['2025-12-01', '2026-03-01'];
  const results = days.map((on) => ({ on, level: 'UNSATISFACTORY', controlled: false }) as const);
  const { outOfControl: _none, ...rest } = plan;
  const whole: Plan = {
    ...rest,
    ...id,
    ...place,
    template,
    openTask: taskId,
    results,
    ...(isOut ? { outOfControl: { since: '2026-03-01', level: 'UNSATISFACTORY', rules: ['SBP_HIGH'] } } : {}),
  };
  return [
    plans.putOperation(whole, { ...whole, ...planLink(whole) }),
    tasks.putOperation(one, { ...one, ...taskLink(one) }),
  ];
}
