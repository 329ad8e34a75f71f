import type { Deps } from '../../shared/deps.ts';
import { CalendarNotCoveredError, chinaCalendar } from '../../shared/kernel/calendar.ts';
import { addDays, type Day, dayOf, daysBetween, weekdayOf } from '../../shared/kernel/china-time.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { createSchedule } from './create-schedule.ts';
import { furthestOpening } from './cutoffs.ts';
import { bookingPolicy } from './policy.ts';
import { TEMPLATES_KEY, type Template, templates } from './store.ts';

const SKIPPED = logEntry('BOOKING_SCHEDULE_NOT_MADE', 'a template gave no schedule for a day');

/** Every night: the schedules of all templates up to the day whose earliest pool opens next. Repeating it adds nothing. */
export async function generateSchedules(deps: Deps): Promise<number> {
  let created = 0;
  let after: Awaited<ReturnType<typeof deps.table.query>>['next'];
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
  let created = 0;
  for (let offset = 0; offset <= daysBetween(today, horizon); offset += 1) {
    const day = addDays(today, offset);
    try {
      if (!heldOn(template, day)) continue;
      const {
        institutionId,
        practitionerId,
        departmentId,
        half,
        visitKind,
        feeFen,
        paymentMode,
        room,
        slots,
      } = template;
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
      if (made.created) created += 1;
    } catch (error) {
      if (!(error instanceof CalendarNotCoveredError || error instanceof Refusal)) throw error;
      const code =
        error instanceof Refusal ? (error.details.reasons?.[0]?.code ?? error.code) : 'CALENDAR_UNKNOWN';
      if (code !== 'IN_THE_PAST')
        deps.log.warn(SKIPPED, { templateId: template.templateId, day, reason: code });
    }
  }
  return created;
}

/** @throws CalendarNotCoveredError where the template depends on a calendar that does not reach so far */
function heldOn({ weekdays, onHolidays, from, until }: Template, day: Day): boolean {
  if (day < from || (until !== undefined && day > until) || !weekdays.includes(weekdayOf(day))) return false;
  return onHolidays || chinaCalendar.isWorkingDay(day);
}
