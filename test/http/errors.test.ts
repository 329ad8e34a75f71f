import { setTimeout as realTime } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { allow, none } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import type { Table } from '../../shared/data/table.ts';
import { TableUnavailable } from '../../shared/data/table-errors.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { createLog } from '../../shared/observability/log.ts';
import { call, httpEvent, lambdaContext, read } from './edge.ts';
import { residentToken } from './logins.ts';
import { publicRoute, smallCity, smallErrors } from './small-context.ts';

const MARKER = '张三110101199003078515';
const REQUEST_ID = 'edge-request-1';

function failing(error: unknown) {
  return smallCity([
    publicRoute(async () => {
      throw error;
    }),
  ]);
}

/** The same, with the log as it is written on AWS. */
function failingWithRealLog(error: unknown) {
  const lines: string[] = [];
  const log = createLog({ service: 'demo', level: 'DEBUG', write: (line) => lines.push(line) });
  const { api } = smallCity(
    [
      publicRoute(async () => {
        throw error;
      }),
    ],
    { log },
  );
  return { api, lines };
}

describe('a refusal', () => {
  it('is answered with its own status, code, message, reasons and figures', async () => {
    const { api, deps } = failing(
      smallErrors.refusal('THING_GONE', {
        reasons: [smallErrors.reason('THING_GONE', { limit: 3 })],
        context: { since: '2026-03-01' },
        cause: new Error(MARKER),
      }),
    );
    const answer = await call(api, 'GET /things');
    expect(answer.statusCode).toBe(410);
    expect(answer.json).toEqual({
      code: 'THING_GONE',
      message: '已不存在',
      requestId: REQUEST_ID,
      reasons: [{ code: 'THING_GONE', message: '已不存在', detail: { limit: 3 } }],
      context: { since: '2026-03-01' },
    });
    expect(deps.lines.map(({ code }) => code)).toEqual(['HTTP_REQUEST_SERVED']);
  });

  it('of ours to mend is written down with what caused it', async () => {
    const cause = new TypeError('fetch failed');
    const { api, deps } = failing(houseErrors.refusal('UNAVAILABLE', { cause }));
    expect(await call(api, 'GET /things')).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '2' },
    });
    expect(deps.lines).toMatchObject([
      {
        level: 'warn',
        code: 'HTTP_UNAVAILABLE',
        facts: { refusal: 'UNAVAILABLE', requestId: REQUEST_ID },
        error: cause,
      },
      { code: 'HTTP_REQUEST_SERVED' },
    ]);
  });

  it('is not stored by anybody on the way, nor read as anything but JSON', async () => {
    const { headers } = await call(failing(smallErrors.refusal('THING_GONE')).api, 'GET /things');
    expect(headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['etag']).toBeUndefined();
  });
});

describe('a table that does not answer', () => {
  it('is answered with 503 and when to ask again', async () => {
    const { api, deps } = failing(new TableUnavailable('ThrottlingException', 'no'));
    const answer = await call(api, 'GET /things');
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '2' },
      json: { code: 'UNAVAILABLE', requestId: REQUEST_ID },
    });
    expect(deps.lines[0]).toMatchObject({ level: 'warn', code: 'HTTP_UNAVAILABLE' });
  });
});

describe('any other error', () => {
  it.each<[string, unknown]>([
    ['an error', new Error(MARKER)],
    [
      'an error that names a status',
      Object.assign(new Error(MARKER), { statusCode: 200, expose: true, body: MARKER }),
    ],
    [
      'an error that looks like a refusal',
      { name: 'Refusal', code: MARKER, status: 200, message: MARKER, details: {} },
    ],
    ['a word', MARKER],
    ['nothing', undefined],
    ['null', null],
  ])('says nothing to the caller but the id of the request: %s', async (_, error) => {
    const { api, lines } = failingWithRealLog(error);
    const answer = await call(api, 'GET /things');
    expect(answer.statusCode).toBe(500);
    expect(answer.json).toEqual({ code: 'INTERNAL', message: '系统繁忙，请稍后再试', requestId: REQUEST_ID });
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(lines.join()).not.toContain('张三');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', code: 'HTTP_DEFECT', context: 'things', requestId: REQUEST_ID },
      {
        level: 'INFO',
        code: 'HTTP_REQUEST_SERVED',
        route: 'GET /things',
        status: 500,
        requestId: REQUEST_ID,
      },
    ]);
  });

  it('is written down with its name and its frames', async () => {
    const { api, lines } = failingWithRealLog(new RangeError(MARKER));
    await call(api, 'GET /things');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      errorName: 'RangeError',
      stack: expect.stringMatching(/errors\.test\.ts:\d+:\d+/),
    });
  });
});

describe('an answer that is not as declared', () => {
  it.each<[string, unknown]>([
    ['lacks a field', {}],
    ['has a field of another type', { name: 7, idNumber: MARKER }],
    ['is nothing', undefined],
    ['is a text', MARKER],
  ])('is a defect of ours when it %s, and does not leave', async (_, value) => {
    const { api, deps } = smallCity([publicRoute(async () => value)]);
    const answer = await call(api, 'GET /things');
    expect(answer).toMatchObject({ statusCode: 500, json: { code: 'INTERNAL' } });
    expect(answer.text).not.toContain('张三');
    expect(deps.lines[0]).toMatchObject({ level: 'error', code: 'HTTP_DEFECT' });
  });

  it('is a defect when it cannot be written as JSON', async () => {
    const odd = route({
      method: 'GET',
      path: '/things',
      summary: '读取',
      access: 'public',
      response: z.object({ big: z.bigint() }),
      handle: async () => ({ big: 1n }),
    });
    expect((await call(smallCity([odd]).api, 'GET /things')).statusCode).toBe(500);
  });
});

describe('an error in', () => {
  const open = route({
    method: 'GET',
    path: '/things/{thingId}',
    summary: '读取',
    access: allow('resident', none),
    request: { params: z.object({ thingId: z.string() }) },
    response: z.object({}),
    audit: { subject: 'thing', action: 'READ', of: () => [{ patientId: 'patient-1', subjectId: 'thing-1' }] },
    handle: async () => ({}),
  });

  /** A city whose request fails at one step and at no other. */
  async function failingAt(step: 'authenticate' | 'authorise' | 'audit') {
    const error = new Error(MARKER);
    const fail = (): never => {
      throw error;
    };
    const { api, deps } = smallCity([open], {
      context: {
        provide: (given: Deps): Deps => {
          const table: Table = { ...given.table, put: step === 'audit' ? fail : given.table.put };
          const sessions =
            step === 'authenticate'
              ? { ...given.sessions, verify: fail }
              : step === 'authorise'
                ? {
                    ...given.sessions,
                    verify: async () => ({ kind: 'resident', accountId: 'a', roles: null }) as never,
                  }
                : given.sessions;
          return { ...given, table, sessions };
        },
      },
    });
    const token = await residentToken(deps);
    return { answer: await call(api, 'GET /things/x', { token }), deps };
  }

  it.each(['authenticate', 'authorise', 'audit'] as const)(
    'the step %s is mapped and observed like any',
    async (step) => {
      const { answer, deps } = await failingAt(step);
      expect(answer).toMatchObject({ statusCode: 500, json: { code: 'INTERNAL', requestId: REQUEST_ID } });
      expect(answer.text).not.toContain('张三');
      expect(deps.lines.map(({ code }) => code)).toEqual(['HTTP_DEFECT', 'HTTP_REQUEST_SERVED']);
    },
  );

  it.each([
    ['match-route', 'GET /nowhere', 404],
    ['authenticate', 'GET /things/x', 401],
  ])('the step %s is observed when it refuses', async (_, asked, status) => {
    const { api, deps } = smallCity([open]);
    expect((await call(api, asked)).statusCode).toBe(status);
    expect(deps.lines).toMatchObject([{ code: 'HTTP_REQUEST_SERVED', facts: { status } }]);
  });
});

describe('a use case that takes too long', () => {
  it("is answered with 503 before Lambda's own limit", async () => {
    const { api, deps } = smallCity([
      publicRoute(async () => realTime(5_000, { name: 'late' }, { ref: false })),
    ]);
    const short = { ...lambdaContext, getRemainingTimeInMillis: () => 300 };
    const answer = read(await api(httpEvent({ path: '/things' }), short));
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '2' },
      json: { code: 'UNAVAILABLE' },
    });
    expect(deps.lines.map(({ code }) => code)).toEqual(['HTTP_UNAVAILABLE', 'HTTP_REQUEST_SERVED']);
  });
});

describe('dependencies that cannot be made', () => {
  it('end the call, so that Lambda counts a crash, and are tried anew at the next', async () => {
    let attempts = 0;
    const { api } = smallCity([publicRoute(async () => ({ name: 'a' }))], {
      context: {
        provide: (given) => {
          attempts += 1;
          if (attempts === 1) throw new Error('no policy');
          return given;
        },
      },
    });
    await expect(call(api, 'GET /things')).rejects.toThrow('no policy');
    expect((await call(api, 'GET /things')).statusCode).toBe(200);
    expect((await call(api, 'GET /things')).statusCode).toBe(200);
    expect(attempts).toBe(2);
  });
});
