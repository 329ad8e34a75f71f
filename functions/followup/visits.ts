import { chinaCalendar, provisionalCalendar, type WorkingCalendar } from '../../shared/kernel/calendar.ts';
import { addDays, addMonths, DAY_MS, type Day } from '../../shared/kernel/china-time.ts';
import { parseDuration } from '../../shared/kernel/duration.ts';
import type { FollowupPolicy, Template } from './policy.ts';

/** On which days a plan's visits fall. Pure. */

export interface Window {
  /** Both included. */
  readonly from: Day;
  readonly until: Day;
  /** The day it is meant for, before working days are looked at. */
  readonly at: Day;
}

export interface Visit extends Window {
  /** Counted from 0 over the life of the plan. */
  readonly index: number;
}

/** Nobody is followed up for longer at one look; a plan that needs it goes on from its next task. */
const MOST_LOOKED_AT = 2_000;

/** The day so many durations after another: months by the calendar, then the rest. */
function dayAfter(anchor: Day, duration: string, times = 1): Day {
  const { months, ms } = parseDuration(duration);
  return addDays(addMonths(anchor, months * times), Math.floor((ms * times) / DAY_MS));
}

/** Undefined: the plan has no such visit. */
export function visitAt({ visits, repeat }: Template, anchor: Day, index: number): Visit | undefined {
  const single = visits[index];
  if (single !== undefined) {
    const { from, at, until } = single;
    return { index, from: dayAfter(anchor, from), at: dayAfter(anchor, at), until: dayAfter(anchor, until) };
  }
  const round = index - visits.length;
  if (repeat === undefined || (repeat.times !== undefined && round >= repeat.times)) return undefined;
  const at = dayAfter(dayAfter(anchor, repeat.every, round), repeat.first);
  return { index, from: addDays(at, -repeat.daysBefore), at, until: addDays(at, repeat.daysAfter) };
}

/** A visit done on `day` covers every visit whose window is open by then: the next one's opens later. */
export function visitAfterDone(template: Template, anchor: Day, index: number, day: Day): Visit | undefined {
  return firstVisit(template, anchor, index, ({ from }) => from > day);
}

/** Whatever was missed stays missed; the next one can still be done. */
export function visitStillToCome(
  template: Template,
  anchor: Day,
  index: number,
  day: Day,
): Visit | undefined {
  return firstVisit(template, anchor, index, ({ until }) => until >= day);
}

function firstVisit(
  template: Template,
  anchor: Day,
  index: number,
  fits: (visit: Visit) => boolean,
): Visit | undefined {
  for (let one = index; one < index + MOST_LOOKED_AT; one += 1) {
    const visit = visitAt(template, anchor, one);
    if (visit === undefined || fits(visit)) return visit;
  }
  return undefined;
}

export interface PlacedDay {
  readonly dueOn: Day;
  /** It rests on a year whose holidays are not announced. */
  readonly provisional?: true;
}

/**
 * The working day nearest to the one that is meant, inside the window and not before today: later rather than earlier.
 * Where the window holds none (a first home visit within 72 hours, at Spring Festival) the day stays as it is: what
 * the rule demands is not put off for a holiday. @throws CalendarNotCoveredError where policy refuses such years
 */
export function placeDay(
  { yearsWithoutNotice }: Pick<FollowupPolicy, 'yearsWithoutNotice'>,
  { from, at, until }: Window,
  today: Day,
  calendar: WorkingCalendar = yearsWithoutNotice === 'REFUSE' ? chinaCalendar : provisionalCalendar,
): PlacedDay {
  const meant = at < today ? today : at;
  const earliest = from < today ? today : from;
  const dueOn = workingDay(calendar, meant, until, 1) ?? workingDay(calendar, meant, earliest, -1) ?? meant;
  return { dueOn, ...(calendar.covers(dueOn) ? {} : { provisional: true }) };
}

function workingDay(calendar: WorkingCalendar, start: Day, end: Day, step: 1 | -1): Day | undefined {
  for (let day = start; step === 1 ? day <= end : day >= end; day = addDays(day, step)) {
    if (calendar.isWorkingDay(day)) return day;
  }
  return undefined;
}
