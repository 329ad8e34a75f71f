import { contexts } from '../../infra/contexts.ts';
import { STORIES, TRANSITIONS } from '../budgets/rows/stories.ts';
import { ROWS } from '../budgets/rows.ts';
import type { Story } from '../budgets/stories/story.ts';
import type { Units } from '../support/meter.ts';
import { CITY, CONTAINER, STANDING } from './city.ts';
import { PRICES, type PriceName } from './prices.ts';

/** So much of each thing that has a price. */
export type Usage = Partial<Readonly<Record<PriceName, number>>>;

export function plus(...usages: readonly Usage[]): Usage {
  const sum: Partial<Record<PriceName, number>> = {};
  for (const usage of usages)
    for (const [name, amount] of entries(usage)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

export function times(count: number, usage: Usage): Usage {
  return Object.fromEntries(entries(usage).map(([name, amount]) => [name, amount * count]));
}

/** US dollars. */
export function costOf(usage: Usage): number {
  return entries(usage).reduce((sum, [name, amount]) => sum + usdOf(name, amount), 0);
}

export function usdOf(name: PriceName, amount: number): number {
  return (amount / PRICES[name].per) * PRICES[name].usd;
}

export function entries(usage: Usage): readonly (readonly [PriceName, number])[] {
  return Object.entries(usage) as [PriceName, number][];
}

/** Functions called so often, with so many calls of the table between them. */
export function computing(invocations: number, [calls, writeUnits, readUnits]: Units): Usage {
  const millis = invocations * CONTAINER.millis + calls * CONTAINER.millisACall;
  return {
    invocations,
    gbSeconds: (millis / 1_000) * (CONTAINER.memoryMb / 1_024),
    logGb: (invocations * CONTAINER.logBytes) / 1e9,
    writeUnits,
    readUnits,
  };
}

function asking(requests: number, units: Units): Usage {
  return plus(computing(requests, units), {
    httpRequests: requests,
    outGb: (requests * CONTAINER.answerBytes) / 1e9,
  });
}

/** A story with everything that it sets off, messages included. */
export function usageOf(story: Story, transitions = 0): Usage {
  const { requests, asked, followed, events, deliveries, elsewhere, messages, tasks, bytes } = story;
  return plus(
    asking(requests, asked),
    computing(deliveries + tasks, followed),
    times(elsewhere, unitsOf(CONTAINER.elsewhere)),
    times(messages, plus(unitsOf(STORIES.message.followed), published(STORIES.message.events))),
    published(events),
    { transitions, tableGbMonths: kept(bytes + messages * STORIES.message.bytes) },
  );
}

/** Units of calls that are made within an invocation that is counted already. */
function unitsOf([calls, writeUnits, readUnits]: Units): Usage {
  return { ...computing(0, [calls, 0, 0]), writeUnits, readUnits };
}

function published(events: number): Usage {
  return { events, piped: events };
}

/** A month's storage of what one year adds. */
function kept(bytes: number): number {
  return (bytes * (1 + STANDING.indexShare)) / 1e9;
}

/** Requests of routes, by their rows. */
export function requests(...names: readonly string[]): Usage {
  return plus(...names.map((name) => asking(1, rowOf(name))));
}

function rowOf(name: string): Units {
  const row = ROWS[name.split('/')[1] ?? '']?.[name];
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

const file: Usage = { filePuts: STANDING.fileShare, fileGets: STANDING.fileShare };

export const BOOKING = usageOf(STORIES.booking);
export const PAYMENT = usageOf(STORIES.payment);
export const REFERRAL = usageOf(STORIES.referral, TRANSITIONS.referral);
export const SIGNING = usageOf(STORIES.signing, TRANSITIONS.signing);
export const FOLLOW_UPS = usageOf(STORIES.fourFollowUps);
export const REPORT = plus(usageOf(STORIES.report), file);
export const SIGNED_YEAR = plus(SIGNING, FOLLOW_UPS, times(CITY.reports, REPORT));
export const LOGIN = requests('POST /identity/wechat-sessions', 'GET /identity/account');
const WEEK = 'GET /booking/institutions/{institutionId}/departments/{departmentId}/week';
const SCHEDULE = 'GET /booking/schedules/{scheduleId}';
export const LOOKING = requests(WEEK, SCHEDULE, SCHEDULE);

/** So often in a year of the city. */
export const YEAR: readonly (readonly [what: string, count: number, usage: Usage])[] = (() => {
  const { residents, signedShare } = CITY;
  const bookings = residents * CITY.bookings;
  const signed = residents * signedShare;
  return [
    ['logins', residents * CITY.logins, LOGIN],
    ['people who look and leave', bookings * CITY.lookers, LOOKING],
    ['bookings', bookings, BOOKING],
    ['payments', bookings * CITY.paidOnlineShare, PAYMENT],
    ['referrals', residents * CITY.referrals, REFERRAL],
    ['signings', signed, SIGNING],
    ['years of four follow-up visits', signed, FOLLOW_UPS],
    ['reports', signed * CITY.reports + ((residents - signed) * CITY.reports) / 2, REPORT],
  ];
})();

const sweeping = contexts.filter(({ timers }) => Object.keys(timers).length > 0).length;
const routes = contexts.reduce((sum, context) => sum + context.routes.length, 0);

/** In a month, whoever comes. A metric a route, and two a context. */
export const STANDING_MONTH: Usage = plus(
  times(sweeping * STANDING.minutesAMonth, plus(computing(1, STANDING.sweep), { schedules: 1 })),
  {
    metrics: routes + 2 * contexts.length,
    alarms: STANDING.alarms,
    keys: STANDING.keys,
    keyRequests: STANDING.keyRequestsAMonth,
  },
);

export const BUSY_YEAR: Usage = plus(...YEAR.map(([, count, usage]) => times(count, usage)));

/** Calls of functions that are no requests: of events, and few of tasks. */
export const DELIVERIES_A_YEAR = (BUSY_YEAR.invocations ?? 0) - (BUSY_YEAR.httpRequests ?? 0);

/** A month of the city once it keeps what it has to: records of years, logs of months. */
export const MONTH: Usage = (() => {
  const month = plus(times(1 / 12, { ...BUSY_YEAR, tableGbMonths: 0 }), STANDING_MONTH);
  const tableGb = (BUSY_YEAR.tableGbMonths ?? 0) * CITY.yearsKept;
  const fileGb = ((BUSY_YEAR.filePuts ?? 0) * STANDING.fileBytes * CITY.yearsKept) / 1e9;
  return plus(month, {
    tableGbMonths: tableGb,
    backupGbMonths: tableGb,
    fileGbMonths: fileGb,
    logGbMonths: (month.logGb ?? 0) * STANDING.logMonthsKept,
  });
})();
