import * as z from 'zod/mini';
import { DEMO_PASSWORD } from '../../functions/identity/load-people.ts';
import { addDays, type Day } from '../../shared/kernel/china-time.ts';

/** One thing to try: a line of words, then lines for a shell. */
export interface Suggestion {
  readonly words: string;
  readonly commands: readonly string[];
}

export interface SuggestionParts {
  readonly url: string;
  /** The city's day. */
  readonly today: Day;
  /** A clinic that can be booked. */
  readonly scheduleId: string;
}

const HOSPITAL = 'jiaxian-people-hospital';
const CARDIOLOGY = 'dept-jxrm-0304';
const CLERK = 'jxrm-clerk';
/** Sees patients every afternoon, and is paid online. */
const CHIEF = 'doc-jxrm-01';

/** What to try in the demo county. Every command works as it is printed, in this order, in one shell. */
export function suggestions({ url, today, scheduleId }: SuggestionParts): readonly Suggestion[] {
  const week = weekPath(addDays(today, 1));
  const paidOnline = `${addDays(today, 5).replaceAll('-', '')}P-${CHIEF}`;
  const mine = '-H "authorization: Bearer $TOKEN" -H "idempotency-key: pay-$(date +%s)"';
  const clerk = `'{"loginName": "${CLERK}", "password": "${DEMO_PASSWORD}"}'`;
  return [
    {
      words: 'who treats 高血压 at the county hospital, and when there are numbers to be had',
      commands: [
        `curl -s "${url}/directory/practitioners?diseaseTag=${encodeURIComponent('高血压')}&institutionId=${HOSPITAL}"`,
        `curl -s "${url}${week}"`,
      ],
    },
    {
      words: '李娜娜 logs in by WeChat (a code is good once: each has an ending of its own) and books',
      commands: [
        `SESSION=$(${post(`${url}/identity/wechat-sessions`, `"{\\"code\\": \\"demo-li-na-$(date +%s)\\"}"`)})`,
        `TOKEN=${field('SESSION', 'token')}; PATIENT=${field('SESSION', 'patientId')}`,
        `${post(`${url}/booking/patients/$PATIENT/appointments`, `'{"scheduleId": "${scheduleId}"}'`)} -H "authorization: Bearer $TOKEN" -H "idempotency-key: try-$(date +%s)"`,
        `curl -s ${url}/booking/patients/$PATIENT/appointments -H "authorization: Bearer $TOKEN"`,
      ],
    },
    {
      words: '钱芳 of the hospital’s desk logs in: the password, then the one-time password',
      commands: [
        `HALF=$(${post(`${url}/identity/staff-sessions`, clerk)})`,
        `TOTP=$(curl -s "${url}/local/totp?loginName=${CLERK}" | sed -E 's/[^0-9]//g')`,
        `STAFF=$(${post(`${url}/identity/staff-sessions/second-factor`, `"{\\"totp\\": \\"$TOTP\\"}"`)} -H "authorization: Bearer ${field('HALF', 'token')}")`,
        `curl -s ${url}/booking/institutions/${HOSPITAL}/schedules/${scheduleId}/appointments -H "authorization: Bearer ${field('STAFF', 'token')}"`,
      ],
    },
    {
      words:
        '李娜娜 takes a number that is paid online: what she owes, and what she hands to wx.requestPayment',
      commands: [
        `HELD=$(${post(`${url}/booking/patients/$PATIENT/appointments`, `'{"scheduleId": "${paidOnline}"}'`)} ${mine})`,
        `curl -s ${url}/payment/patients/$PATIENT/charges -H "authorization: Bearer $TOKEN"`,
        `PAY=$(${post(`${url}/payment/patients/$PATIENT/settlements`, `"{\\"chargeIds\\": [\\"${field('HELD', 'chargeId')}\\"]}"`)} ${mine})`,
      ],
    },
    {
      words: 'you play the payer, on the page that stands here or like this; then she has her receipt',
      commands: [
        `curl -s ${url}/local/wechat/pay`,
        `PREPAY=${field('PAY', 'package')}`,
        post(`${url}/local/wechat/pay/pay`, `"{\\"prepayId\\": \\"\${PREPAY#prepay_id=}\\"}"`),
        `${post(`${url}/payment/patients/$PATIENT/settlements/${field('PAY', 'settlementId')}/check`, `'{}'`)} -H "authorization: Bearer $TOKEN"`,
      ],
    },
    {
      words: 'move the clock by a day; everything that is due on the way happens',
      commands: [post(`${url}/local/clock`, `'{"advance": "P1D"}'`), `curl -s ${url}/local/status`],
    },
  ];
}

function post(url: string, body: string): string {
  return `curl -s -X POST ${url} -H 'content-type: application/json' -d ${body}`;
}

/** Takes a text out of JSON that a shell variable holds, with what every shell has. */
function field(variable: string, name: string): string {
  return `$(echo "$${variable}" | sed -E 's/.*"${name}":"([^"]*)".*/\\1/')`;
}

function weekPath(from: Day): string {
  return `/booking/institutions/${HOSPITAL}/departments/${CARDIOLOGY}/week?from=${from}`;
}

const weekSchema = z.object({
  practitioners: z.array(z.object({ id: z.string(), free: z.array(z.string()) })),
});

/** The first morning with a free number of a general clinic from the day after tomorrow on, as the city itself says. */
export async function findBookable(url: string, today: Day): Promise<string | undefined> {
  const from = addDays(today, 2);
  const answer = await fetch(`${url}${weekPath(from)}`);
  if (!answer.ok) return undefined;
  const { practitioners } = weekSchema.parse(await answer.json());
  for (const { id, free } of practitioners.toReversed()) {
    const day = free.findIndex((column) => /^A[1-9]/.test(column));
    if (day >= 0) return `${addDays(from, day).replaceAll('-', '')}A-${id}`;
  }
  return undefined;
}

/** Lines for the terminal of whoever started the city. */
export function welcome({
  cityName,
  url,
  folder,
  tries,
}: {
  readonly cityName: string;
  readonly url: string;
  readonly folder: string;
  readonly tries: readonly Suggestion[];
}): string {
  const blocks = tries.map(({ words, commands }) =>
    [`# ${words}`, ...commands.map((command) => `  ${command}`)].join('\n'),
  );
  return [
    `${cityName} runs at ${url}; its data are in ${folder}. Ctrl-C stops it, and it goes on where it was.`,
    `Routes: ${url}/  OpenAPI: ${url}/openapi.json  Clock: ${url}/local/clock  Status: ${url}/local/status`,
    `Paying: ${url}/local/wechat/pay says where the payer's page is.`,
    ...blocks,
  ].join('\n');
}
