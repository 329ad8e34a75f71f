import { usualNotification } from '../../infra/cities/policy/notification.ts';
import { DUE_SHARDS } from '../../shared/data/schema.ts';
import { SWEEP_LIMIT, SWEEP_MS } from '../../shared/worker.ts';
import { STORIES } from '../budgets/rows/stories.ts';
import { CITY, CONTAINER, RUSH } from './city.ts';
import type { Seen } from './prices.ts';
import { BUSY_YEAR, DELIVERIES_A_YEAR } from './usage.ts';

/** Something that ends, and how near a city of 600,000 comes to it. */
export interface Limit {
  readonly what: string;
  readonly most: number;
  readonly unit: string;
  /** At 600,000 residents, in the busiest minute. */
  readonly used: number;
  /** Grows with one doctor's callers and not with the city. */
  readonly ofOneDoctor?: true;
  readonly source: string;
  readonly seen: Seen | 'ours';
  readonly remedy: string;
}

/** Of a year's amount: a second of the busiest minute. */
function peak(aYear: number): number {
  return (aYear / RUSH.daysAYear) * RUSH.busiestHour * (1 / 3_600) * RUSH.busiestMinute;
}

const requests = peak(BUSY_YEAR.httpRequests ?? 0);
const invocations = peak(BUSY_YEAR.invocations ?? 0);
const seconds = (BUSY_YEAR.gbSeconds ?? 0) / (BUSY_YEAR.invocations ?? 1);
const executions = peak(CITY.residents * (CITY.referrals + CITY.signedShare));
const visitsADay = (CITY.residents * CITY.bookings) / RUSH.daysAYear;
const callers = (RUSH.callersANumber * RUSH.numbersOfADoctor) / 60;
const messages =
  (CITY.residents *
    (CITY.bookings * STORIES.booking.messages +
      CITY.signedShare * (STORIES.signing.messages + STORIES.fourFollowUps.messages))) /
  RUSH.daysAYear;

const messagesASecond = usualNotification.at(-1)?.values.perSecond.WECHAT ?? 0;

const DYNAMODB = 'repost.aws/knowledge-center/on-demand-table-throttling-dynamodb';
const LAMBDA = 'docs.aws.amazon.com/lambda, quotas';
const STEP_FUNCTIONS = 'docs.aws.amazon.com/step-functions, quotas; smaller regions have half';
const EVENTBRIDGE = 'docs.amazonaws.cn/eventbridge/latest/userguide/eb-quota.html';
const GATEWAY = 'docs.aws.amazon.com/apigateway/latest/developerguide/limits.html';

/** Nearest first by what a city of 600,000 uses of each. */
export const LIMITS: readonly Limit[] = (
  [
    {
      what: 'timers of one context that are due at one minute (reminders of tomorrow’s visits)',
      most: DUE_SHARDS * Math.min(SWEEP_LIMIT, SWEEP_MS / CONTAINER.millisASending),
      unit: 'a minute',
      // All at one hour: they queue, and the last is late by as many minutes.
      used: visitsADay,
      source: '`SWEEP_MS` for one after the other, `SWEEP_LIMIT` at most, × `DUE_SHARDS`',
      seen: 'ours',
      remedy:
        'What is left is done in the next minute: a reminder may be an hour late, so that 60 times as many fit. Then `DUE_SHARDS`, which moves timers as they are written.',
    },
    {
      what: 'subscribe messages, which one city sends no faster than its policy says',
      most: messagesASecond * 3_600,
      unit: 'in the morning’s hour',
      used: messages,
      source: '`perSecond` in infra/cities/policy/notification.ts',
      seen: 'ours',
      remedy:
        'Raise it in the policy, as far as WeChat lets one: a sweep takes a twentieth of a second at a time, whoever handles one event takes one.',
    },
    {
      what: 'subscribe messages of a mini-program with payment',
      most: 30_000_000,
      unit: 'a day',
      used: messages,
      source: 'WeChat, subscribe messages (10 million without payment)',
      seen: 'not verified',
      remedy: 'A mini-program for each city; what is left over goes by text message.',
    },
    {
      what: 'claims of one schedule: its item is one partition’s',
      most: 1_000,
      unit: 'write units a second',
      used: callers,
      ofOneDoctor: true,
      source: DYNAMODB,
      seen: 'AWS',
      remedy:
        'Sold out costs a read and no write. A doctor with more than 60,000 callers in a minute: release the number in two halves.',
    },
    {
      what: 'looks at one schedule: half a unit each',
      most: 3_000,
      unit: 'read units a second',
      used: callers / 2,
      ofOneDoctor: true,
      source: DYNAMODB,
      seen: 'AWS',
      remedy: 'Answer public schedules from the edge’s cache for a second: they carry an ETag already.',
    },
    {
      what: 'writes of a table on demand that nobody has warmed',
      most: 4_000,
      unit: 'write units a second',
      used: peak(BUSY_YEAR.writeUnits ?? 0),
      source: DYNAMODB,
      seen: 'AWS',
      remedy: '`warmThroughput` in the city’s file; then the account’s 40,000 for a table, which AWS raises.',
    },
    {
      what: 'functions that run at once',
      most: 1_000,
      unit: 'at once',
      used: invocations * seconds,
      source: LAMBDA,
      seen: 'quoted',
      remedy:
        'Ask for more; a reserve for booking’s api, so that the release hour takes nothing from the others.',
    },
    {
      what: 'requests at the edge',
      most: 10_000,
      unit: 'a second',
      used: requests,
      source: GATEWAY,
      seen: 'AWS',
      remedy: 'Ask for more, and an account for each large city.',
    },
    {
      what: 'events handed to functions by the bus, where a region has no more (us-east-1 has 18,750)',
      most: 1_100,
      unit: 'a second',
      used: peak(DELIVERIES_A_YEAR),
      source: EVENTBRIDGE,
      seen: 'AWS',
      remedy: 'They come later, none is lost. Then ask for more.',
    },
    {
      what: 'executions started, once the bucket of 1,300 is empty',
      most: 300,
      unit: 'a second',
      used: executions,
      source: STEP_FUNCTIONS,
      seen: 'not verified',
      remedy: 'The start is repeated from its event. A register of old contracts starts none.',
    },
  ] satisfies readonly Limit[]
).toSorted((a, b) => b.used / b.most - a.used / a.most);

/** What the reckoning above stands on. */
export const AT_PEAK = { requests, invocations, millis: seconds * 1_000 };
