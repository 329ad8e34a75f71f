import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { CalendarNotCoveredError, chinaCalendar } from '../../shared/kernel/calendar.ts';
import { addDays, type Day, dayOf, daysBetween, weekdayOf } from '../../shared/kernel/china-time.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { createSchedule } from './create-schedule.ts';
import { furthestOpening } from './cutoffs.ts';
import { bookingPolicy } from './policy.ts';
import { scheduleIdOf, schedules, TEMPLATES_KEY, type Template, templates } from './store.ts';

const SKIPPED = logEntry('BOOKING_SCHEDULE_NOT_MADE', 'a template gave no schedule for a day');

const CALENDAR_ENDS = logEntry(
  'BOOKING_CALENDAR_ENDS',
  'the calendar of holidays ends soon: beyond it no clinic is made',
);
/** The next year's notice has been out for weeks by then. */
const CALENDAR_DAYS = 14;

/** Every night: the schedules of all templates up to the day whose earliest pool opens next. Repeating it adds nothing. */
export async function generateSchedules(deps: Deps): Promise<number> {
  const last = addDays(dayOf(deps.clock.now()), CALENDAR_DAYS);
  // An error, so that somebody is called while there is time.
  if (!chinaCalendar.covers(last)) deps.log.error(CALENDAR_ENDS, { day: last });
  let created = 0;
  let after: Item | undefined;
  do {
    const page = await deps.table.query({
      index: 'lookup',
      pk: TEMPLATES_KEY,
      ...(after === undefined ? {} : { after }),
    });
    for (const item of page.items) created += await generateFrom(deps, templates.from(item));
    after = page.next;
  } while (after !== undefined);
  return created;
}

/** One template's schedules that are missing. A day that cannot be made is reported and holds up no other day. */
export async function generateFrom(deps: Deps, template: Template): Promise<number> {
  const today = dayOf(deps.clock.now());
  const horizon = furthestOpening(deps.city.policy(bookingPolicy).at(today), today);
  const days = Array.from({ length: daysBetween(today, horizon) + 1 }, (_, offset) => addDays(today, offset));
  const missing = await missingDays(deps, template, days);
  let created = 0;
  for (const day of missing) {
    try {
      if (heldOn(template, day) && (await makeFrom(deps, template, day))) created += 1;
    } catch (error) {
      const reason = reasonFor(error);
      if (reason !== 'IN_THE_PAST') deps.log.warn(SKIPPED, { templateId: template.templateId, day, reason });
    }
  }
  return created;
}

/** Nearly all days have been made on an earlier night: reading is a sixteenth of a refused transaction. */
async function missingDays(
  { table }: Deps,
  { half, practitionerId }: Template,
  days: readonly Day[],
): Promise<readonly Day[]> {
  const made = await schedules.getMany(
    table,
    days.map((day) => scheduleIdOf(day, half, practitionerId)),
  );
  return days.filter((_, index) => made[index] === undefined);
}

async function makeFrom(deps: Deps, template: Template, day: Day): Promise<boolean> {
  const { institutionId, practitionerId, departmentId, half, visitKind, feeFen, paymentMode, room, slots } =
    template;
  const made = await createSchedule(deps, institutionId, {
    practitionerId,
    departmentId,
    day,
    half,
    visitKind,
    feeFen,
    paymentMode,
    room,
    slots: slots.map((slot) => ({ ...slot, quota: { ...slot.quota } })),
  });
  return made !== undefined;
}

/** Code of why a day cannot be made; anything unexpected goes on. */
function reasonFor(error: unknown): string {
  if (error instanceof CalendarNotCoveredError) return 'CALENDAR_UNKNOWN';
  if (error instanceof Refusal) return error.details.reasons?.[0]?.code ?? error.code;
  throw error;
}

/** @throws CalendarNotCoveredError where the template depends on a calendar that does not reach so far */
function heldOn({ weekdays, onHolidays, from, until }: Template, day: Day): boolean {
  if (day < from || (until !== undefined && day > until) || !weekdays.includes(weekdayOf(day))) return false;
  return onHolidays || chinaCalendar.isWorkingDay(day);
}
