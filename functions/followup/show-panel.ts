import type * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import type { Item, QuerySpec } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { addDays, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { NO_TEAM, type panelView, type rowList, type VIEWS } from './contracts.ts';
import { followupErrors } from './errors.ts';
import { yearOfControl } from './evaluate.ts';
import { templateOf } from './moves.ts';
import { bucketKey } from './panel-links.ts';
import { reasonsOf } from './show-plan.ts';
import { type Place, type Plan, plans, type Task, tasks, teams } from './store.ts';

/** What a team has before it, from the index: some seconds old at most. */

type View = (typeof VIEWS)[number];
type Row = z.input<typeof rowList>['rows'][number];

const PAGE = 50;
/** Of a count: more than any doctor of 2,000 residents has open. */
const MOST_COUNTED = 4_000;
const COMING_DAYS = 7;
/** Above every id that follows a day in a sort key. */
const LAST = '~';

/** The team's panel, for its doctors wherever they work and for staff of its institution. */
export async function panelPlace(
  { table }: Pick<Deps, 'table'>,
  { institutionId, careTeamId }: { readonly institutionId: string; readonly careTeamId: string },
  { practitionerId }: Doer,
): Promise<Place> {
  if (careTeamId === NO_TEAM) return { institutionId };
  const team = await teams.get(table, careTeamId);
  const isTheirs =
    team !== undefined &&
    (team.institutionId === institutionId ||
      (practitionerId !== undefined && team.doctors.includes(practitionerId)));
  if (!isTheirs) throw followupErrors.refusal('CARE_TEAM_NOT_FOUND');
  return { institutionId: team.institutionId, careTeamId };
}

/** How many are due, overdue and out of control: two queries. */
export async function showPanel(deps: Deps, place: Place): Promise<z.input<typeof panelView>> {
  const today = dayOf(deps.clock.now());
  const [due, control] = await Promise.all([
    sortKeys(deps, { pk: bucketKey(place, 'due'), sk: { le: `${today}${LAST}` } }),
    sortKeys(deps, { pk: bucketKey(place, 'control') }),
  ]);
  const dueToday = due.filter((sk) => sk.startsWith(today)).length;
  return {
    ...(place.careTeamId === undefined ? {} : { careTeamId: place.careTeamId }),
    today,
    asOf: instant(deps.clock),
    dueToday,
    overdue: due.length - dueToday,
    outOfControl: control.length,
    isCut: due.length >= MOST_COUNTED || control.length >= MOST_COUNTED,
  };
}

async function sortKeys({ table }: Deps, spec: Pick<QuerySpec, 'pk' | 'sk'>): Promise<readonly string[]> {
  const found: string[] = [];
  let after: Item | undefined;
  do {
    const page = await table.query({ ...spec, index: 'lookup', limit: 1_000, ...(after && { after }) });
    found.push(...page.items.map((item) => String(item['lookupSk'])));
    after = page.next;
  } while (after !== undefined && found.length < MOST_COUNTED);
  return found;
}

/** One list of the panel, page by page: the oldest day first, or the worst. */
export async function listPanel(
  deps: Deps,
  place: Place,
  view: View,
  after: string | undefined,
): Promise<z.input<typeof rowList>> {
  const today = dayOf(deps.clock.now());
  const spec = specOf(place, view, today);
  const cursor = { scope: 'followup', of: `panel:${spec.pk}:${view}` };
  const from = await openCursor(deps, cursor, after);
  const page = await deps.table.query({
    ...spec,
    index: 'lookup',
    limit: PAGE,
    ...(from && { after: from }),
  });
  const next = await sealCursor(deps, cursor, page.next);
  const isOfPlans = view === 'out-of-control' || view === 'proposed';
  const rows = page.items.map((item) =>
    isOfPlans ? planRow(deps, plans.from(item), today) : taskRow(deps, tasks.from(item)),
  );
  return { rows, ...(next === undefined ? {} : { next }) };
}

function specOf(place: Place, view: View, today: Day): Pick<QuerySpec, 'pk'> & Pick<QuerySpec, 'sk'> {
  const due = bucketKey(place, 'due');
  switch (view) {
    case 'due-today':
      return { pk: due, sk: { beginsWith: today } };
    case 'overdue':
      return { pk: due, sk: { lt: today } };
    case 'coming':
      return { pk: due, sk: { between: [addDays(today, 1), `${addDays(today, COMING_DAYS)}${LAST}`] } };
    case 'out-of-control':
      return { pk: bucketKey(place, 'control') };
    case 'proposed':
      return { pk: bucketKey(place, 'proposed') };
    case 'lost':
      return { pk: bucketKey(place, 'lost') };
  }
}

function taskRow(
  deps: Deps,
  { patientId, planId, taskId, template, kind, status, dueOn, reminders, rules }: Task,
): Row {
  const known = templateOf(deps, { template });
  const { name } = known;
  return {
    patientId,
    planId,
    taskId,
    template,
    name,
    kind,
    status,
    dueOn,
    reminders,
    reasons: reasonsOf(known, rules),
  };
}

function planRow(deps: Deps, plan: Plan, today: Day): Row {
  const { patientId, planId, template, status, outOfControl, proposal, results } = plan;
  const known = templateOf(deps, plan);
  const control = yearOfControl(known, results, today);
  return {
    patientId,
    planId,
    template,
    name: known.name,
    status,
    ...(outOfControl === undefined ? {} : { since: outOfControl.since, level: outOfControl.level }),
    reasons: reasonsOf(known, outOfControl?.rules ?? []),
    ...(control === undefined ? {} : { control }),
    referralProposed: proposal !== undefined && proposal.referralId === undefined,
  };
}
