import type { City } from '../cities/city.ts';

/** One thing to try, as it is printed: a line of words, then lines for the shell. */
export interface Suggestion {
  readonly words: string;
  readonly commands: readonly string[];
}

const JSON_BODY = `-H 'content-type: application/json'`;

/** What to try next. Every command works as it is printed, in this order, in one shell. */
export function suggestions(url: string): readonly Suggestion[] {
  const post = (path: string, body: string): string =>
    `curl -s -X POST ${url}${path} ${JSON_BODY} -d ${body}`;
  return [
    {
      words: 'log in as 李娜娜 by WeChat; a code is good once, so each has an ending of its own',
      commands: [
        `TOKEN=$(${post('/identity/wechat-sessions', `"{\\"code\\": \\"demo-li-na-$(date +%s%N)\\"}"`)} | ${field('token')})`,
        `curl -s ${url}/identity/account/patients -H "authorization: Bearer $TOKEN"`,
      ],
    },
    {
      words: 'log in as the clerk 钱芳: the password, then the one-time password',
      commands: [
        `FIRST=$(${post('/identity/staff-sessions', `'{"loginName": "jxrm-clerk", "password": "Demo-2026-tiered"}'`)} | ${field('token')})`,
        `TOTP=$(curl -s "${url}/local/totp?loginName=jxrm-clerk" | ${field('totp')})`,
        `${post('/identity/staff-sessions/second-factor', `"{\\"totp\\": \\"$TOTP\\"}"`)} -H "authorization: Bearer $FIRST"`,
      ],
    },
    {
      words: 'move the clock; everything that is due on the way happens',
      commands: [post('/local/clock', `'{"advance": "P1D"}'`), `curl -s ${url}/local/status`],
    },
  ];
}

/** Takes one text out of a JSON answer, with what every shell has. */
function field(name: string): string {
  return `sed -E 's/.*"${name}":"([^"]*)".*/\\1/'`;
}

export interface WhatNextParts {
  readonly city: City;
  readonly url: string;
  readonly folder: string;
}

export function whatNext({ city, url, folder }: WhatNextParts): string {
  const blocks = suggestions(url).map(({ words, commands }) =>
    [`# ${words}`, ...commands.map((command) => `  ${command}`)].join('\n'),
  );
  return [
    `${city.name} runs at ${url}, its data in ${folder}. Ctrl-C stops it; it goes on where it was.`,
    `Routes: ${url}/   OpenAPI: ${url}/openapi.json`,
    '',
    ...blocks,
    '',
  ].join('\n');
}
