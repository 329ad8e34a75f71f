import { CITY, CONTAINER, RUSH, STANDING } from './city.ts';
import { AT_PEAK, LIMITS, type Limit } from './limits.ts';
import { ENTERED_ON, IN_CHINA, PRICES, type PriceName, REGION } from './prices.ts';
import {
  BOOKING,
  BUSY_YEAR,
  costOf,
  entries,
  MONTH,
  PAYMENT,
  REFERRAL,
  REPORT,
  SIGNED_YEAR,
  STANDING_MONTH,
  type Usage,
  usdOf,
  YEAR,
} from './usage.ts';

const [FIRST = { what: 'none' }] = LIMITS;

/** `docs/cost.md`, from first line to last. */
export function page(): string {
  return [HEAD, each(), city(), limits(), prices(), assumptions()].join('\n\n').concat('\n');
}

const HEAD = `# What it costs, and where it ends

Written by \`npm run cost\` from counts that tests hold (\`test/budgets/\`) and from list prices; a test holds this page to
both. Change a price in \`test/cost/prices.ts\` or a size in \`test/cost/city.ts\` and write it again.

US dollars, ${REGION}, list prices entered on ${ENTERED_ON}: no free tier, no discount, no tax, nothing for WeChat, text
messages and people; a REST API costs 3.5 times an HTTP API, and its firewall comes on top. A bill of AWS has not been seen: durations are reckoned, not measured.`;

function each(): string {
  const rows: readonly (readonly [string, Usage])[] = [
    ['one booking: looked for, booked, attended', BOOKING],
    ['one payment, from the open charge to the visit that is booked', PAYMENT],
    ['one referral up, with its visit', REFERRAL],
    ['one report: published, announced, read', REPORT],
    [
      `a resident’s year with a contract: signing, four follow-up visits, ${CITY.reports} reports`,
      SIGNED_YEAR,
    ],
  ];
  const figure = (usage: Usage, name: PriceName): string => short(usage[name] ?? 0);
  return section(
    'One of each',
    'Everything counts until nothing follows any more: requests, audit, events, tasks, timers, messages.',
    [
      'a thousand of them',
      '$',
      'write units each',
      'read units',
      'requests',
      'calls of a function',
      'events',
      'transitions',
    ],
    rows.map(([name, usage]) => [
      name,
      money(costOf(usage) * 1_000),
      figure(usage, 'writeUnits'),
      figure(usage, 'readUnits'),
      figure(usage, 'httpRequests'),
      figure(usage, 'invocations'),
      figure(usage, 'events'),
      figure(usage, 'transitions'),
    ]),
  );
}

function city(): string {
  const by = section(
    `A city of ${whole(CITY.residents)}`,
    `A month of a city that has ${CITY.yearsKept} years of records in its table: **$${whole(costOf(MONTH))}**, of which
$${whole(costOf(STANDING_MONTH))} stand whether anybody comes or not.`,
    ['of what', 'amount a month', '$ a month'],
    entries(MONTH)
      .toSorted(([a, x], [b, y]) => usdOf(b, y) - usdOf(a, x))
      .map(([name, amount]) => [
        PRICES[name].what,
        `${whole(amount)} ${amountUnit(name)}`,
        money(usdOf(name, amount)),
      ]),
  );
  const from = table(
    ['what people do', 'in a year', '$ a month'],
    YEAR.map(([what, count, usage]) => [what, whole(count), money((costOf(usage) * count) / 12)]),
  );
  return `${by}\n\n${from}`;
}

function limits(): string {
  const row = ({ what, most, unit, used, source, seen, remedy, ofOneDoctor }: Limit): readonly string[] => [
    what,
    `${whole(most)} ${unit}`,
    short(used),
    ofOneDoctor ? 'one doctor' : `${short((CITY.residents * most) / used / 1e6)} million`,
    remedy,
    `${source} (${seen})`,
  ];
  return section(
    'Where it ends',
    `The busiest minute of the year’s mean day: ${short(AT_PEAK.requests)} requests and ${short(AT_PEAK.invocations)} calls of
functions a second, ${short(AT_PEAK.millis)} ms each. Nearest first; the
first that is met: ${FIRST.what}.`,
    ['limit', 'most', `used by ${whole(CITY.residents)}`, 'reached by', 'remedy', 'source'],
    LIMITS.map(row),
  );
}

function prices(): string {
  const list = section(
    'Prices',
    `*AWS*: read on a page of AWS; *quoted*: on a page of others that quotes AWS; *not verified*: seen nowhere on that day.`,
    ['price', '$', 'for', 'source', 'seen'],
    Object.values(PRICES).map(({ what, usd, per, unit, source, seen }) => [
      what,
      String(usd),
      `${whole(per)} ${unit}`,
      source,
      seen,
    ]),
  );
  const china = table(
    ['in China', '¥', 'for', `$ for the same in ${REGION}`, 'source'],
    IN_CHINA.map(({ what, yuan, unit, beside, source }) => [
      what,
      String(yuan),
      unit,
      String(PRICES[beside].usd),
      source,
    ]),
  );
  return `${list}\n\nA Chinese city runs in Beijing or Ningxia and pays in yuan. Only these of its prices were found:\n\n${china}`;
}

function assumptions(): string {
  const lines = Object.entries({ ...CITY, ...CONTAINER, ...STANDING, ...RUSH }).map(
    ([name, value]) => `| ${name} | ${String(value)} |`,
  );
  return `## What is assumed

What each means stands beside it in \`test/cost/city.ts\`. A year has ${whole(BUSY_YEAR.httpRequests ?? 0)} requests then.

| name | value |
| --- | --- |
${lines.join('\n')}`;
}

function section(
  title: string,
  words: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return `## ${title}\n\n${words}\n\n${table(head, rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Without its `a million`, which the amount is not in. */
function amountUnit(name: PriceName): string {
  return PRICES[name].unit;
}

const whole = (amount: number): string => Math.round(amount).toLocaleString('en-US');

function money(usd: number): string {
  return usd.toFixed(2);
}

/** Three digits that count. */
function short(amount: number): string {
  if (amount >= 1_000) return whole(amount);
  return String(Number(amount.toPrecision(3)));
}
