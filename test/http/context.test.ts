import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { faultsOfContext, withoutFaults } from '../../infra/context-faults.ts';
import { contexts } from '../../infra/contexts.ts';
import { allow, institution, none, patient } from '../../shared/access/grants.ts';
import { type Context, type Route, route } from '../../shared/context.ts';
import { defineContext } from '../../shared/define-context.ts';
import { file } from '../../shared/http/file-answer.ts';
import { defineErrors } from '../../shared/kernel/errors.ts';
import { smallErrors } from './small-context.ts';

function things(parts: Partial<Context>): Context {
  return defineContext({ name: 'things', errors: smallErrors, routes: [], ...parts });
}

function faultsOf(parts: Partial<Context>): string {
  return faultsOfContext(things(parts)).join('; ');
}

type Parts = Partial<Parameters<typeof route>[0]>;

function routeWith(parts: Parts): Route {
  return route({
    method: 'GET',
    path: '/things',
    summary: '读取',
    access: 'public',
    response: z.object({ name: z.string() }),
    handle: async () => ({ name: 'a' }),
    ...parts,
  });
}

const rawPost = { method: 'POST', takes: 'raw' } as const;
const thingParams = { params: z.object({ thingId: z.string() }) };

describe('a context', () => {
  it('is whole with its name, errors and routes alone', () => {
    const context = defineContext({ name: 'things', errors: smallErrors, routes: [routeWith({})] });
    expect(context).toMatchObject({ tasks: {}, subscriptions: [], timers: {}, schedules: [], grants: [] });
    const [only] = context.routes;
    expect(only).toMatchObject({ status: 200, requestKey: 'not-needed', maxBodyBytes: 65_536, errors: [] });
    expect(routeWith({ method: 'POST' })).toMatchObject({ requestKey: 'required', takes: 'json' });
    expect(routeWith({ method: 'POST', takes: 'raw' })).toMatchObject({ requestKey: 'not-needed' });
  });

  it.each<[string, Parts]>([
    ['is not below /things', { path: '/other' }],
    ['is not below /things', { path: '/thingsandmore' }],
    ['is not below /things', { path: 'things' }],
    ['has a segment that is neither', { path: '/things/' }],
    ['has a segment that is neither', { path: '/things//size' }],
    ['has a segment that is neither', { path: '/things/Size' }],
    [
      'has a segment that is neither',
      { path: '/things/{thing-id}', request: { params: z.object({ 'thing-id': z.string() }) } },
    ],
    ['has a segment that is neither', { path: '/things/x{thingId}', request: thingParams }],
    ['names a parameter twice', { path: '/things/{thingId}/{thingId}', request: thingParams }],
    ['and its params schema name different parameters', { path: '/things/{thingId}' }],
    ['and its params schema name different parameters', { path: '/things', request: thingParams }],
    ['and its params schema name different parameters', { path: '/things/{otherId}', request: thingParams }],
    [
      'and its params schema name different parameters',
      { path: '/things/{thingId}', request: { params: z.string() } },
    ],
    ['names the unknown error NO_SUCH', { errors: ['NO_SUCH'] }],
    ['names the unknown error NOT_FOUND', { errors: ['NOT_FOUND'] }],
    ['reads, but takes a body', { request: { body: z.object({}) } }],
    ['reads, but asks for a request key', { requestKey: 'required' }],
    ['is public, so nobody could be written down', { audit: 'by-event' }],
    ['takes raw bytes, but is no POST', { takes: 'raw', method: 'PUT' }],
    ['takes raw bytes, but is no POST', { takes: 'raw' }],
    ['takes raw bytes, but asks for a session', { ...rawPost, access: allow('clerk', none) }],
    ['takes raw bytes, but declares a parsed body', { ...rawPost, request: { body: z.object({}) } }],
    ['takes raw bytes, but asks for a request key', { ...rawPost, requestKey: 'required' }],
    ['grants fields of a file', { access: allow('clerk', none, ['fileName']), response: file('text/csv') }],
    ['grants fields of a file', { access: allow('clerk', none, []), response: file('text/csv') }],
    ['answers a file of csv, which is no content type', { response: file('csv') }],
    ['answers a file of text/csv\r\nx: y, which', { response: file('text/csv', 'text/csv\r\nx: y') }],
    ['is open to nobody', { access: [] }],
    ['has a grant by {patientId}, which is not in the path', { access: allow('resident', patient()) }],
    ['has a grant by {institutionId}, which is not in the path', { access: allow('nurse', institution()) }],
    ['grants fields that its response lacks: secret', { access: allow('nurse', none, ['name', 'secret']) }],
    [
      'grants fields that its response lacks: name',
      { access: allow('nurse', none, ['name']), response: z.array(z.string()) },
    ],
  ])('refuses a route that %s', (fault, parts) => {
    const declared = routeWith(parts);
    expect(faultsOf({ routes: [declared] })).toContain(`${declared.method} ${declared.path} ${fault}`);
  });

  it('refuses two routes of one method and shape', () => {
    const [one, other] = ['thingId', 'otherId'].map((name) =>
      routeWith({ path: `/things/{${name}}`, request: { params: z.object({ [name]: z.string() }) } }),
    );
    if (one === undefined || other === undefined) throw new Error('two routes were made');
    expect(faultsOf({ routes: [one, other] })).toBe('two routes answer GET /things/{}');
    expect(faultsOf({ routes: [one, { ...other, method: 'DELETE' }] })).toBe('');
  });

  it.each<[string, Partial<Context>]>([
    ['Things is no lower-case word', { name: 'Things' }],
    [
      "the error NOT_FOUND is the house's",
      { errors: defineErrors({ NOT_FOUND: { status: 404, message: '无', note: '' } }) },
    ],
    [
      'the subscription appointment-ended is no',
      { subscriptions: [{ event: 'appointment-ended', handle: async () => {} }] },
    ],
    [
      'the subscription booking.Ended is no',
      { subscriptions: [{ event: 'booking.Ended', handle: async () => {} }] },
    ],
    ['the subscription booking.* is no', { subscriptions: [{ event: 'booking.*', handle: async () => {} }] }],
    [
      'the task or timer KeepThing is no lower-case word',
      { tasks: { KeepThing: { input: z.any(), output: z.any(), handle: async () => 1 } } },
    ],
    ['the task or timer due#thing is no lower-case word', { timers: { 'due#thing': async () => {} } }],
    [
      'the schedule Nightly is no lower-case word',
      { schedules: [{ name: 'Nightly', dailyAt: '00:30', handle: async () => {} }] },
    ],
    [
      "the schedule's name sweep is taken",
      { schedules: [{ name: 'sweep', dailyAt: '00:30', handle: async () => {} }] },
    ],
    [
      'the schedule nightly has no time of day',
      { schedules: [{ name: 'nightly', dailyAt: '24:00', handle: async () => {} }] },
    ],
    [
      'the schedule nightly has no time of day',
      { schedules: [{ name: 'nightly', dailyAt: '7:05', handle: async () => {} }] },
    ],
    [
      'two schedules are called nightly',
      {
        schedules: ['00:30', '12:30'].map((dailyAt) => ({
          name: 'nightly',
          dailyAt,
          handle: async () => {},
        })),
      },
    ],
    ...[
      'relation',
      'relation#x',
      '#',
      '',
      'Relation#',
      'relation##',
      'keys#',
      'secrets#',
      'keys#Patient',
      '*#',
    ].map((prefix): [string, Partial<Context>] => [
      `the grant ${prefix} is neither a shared view nor`,
      { grants: [{ prefix, access: 'read' }] },
    ]),
    ["the grant things# is the context's own", { grants: [{ prefix: 'things#', access: 'write' }] }],
  ])('refuses: %s', (fault, parts) => {
    expect(faultsOf(parts)).toContain(fault);
  });

  it.each(['relation#', 'audit#', 'keys#patient', 'secrets#identity', 'wechat#'])(
    'may be granted %s',
    (prefix) => {
      expect(faultsOf({ grants: [{ prefix, access: 'read' }] })).toBe('');
    },
  );

  it('may have a route of raw bytes, and one that answers a file of several types to one role', () => {
    const download = routeWith({
      access: allow('clerk', none),
      response: file('text/csv; charset=utf-8', 'application/vnd.ms-excel'),
    });
    expect(faultsOf({ routes: [routeWith(rawPost), download] })).toBe('');
  });

  it('hears all its faults at once', () => {
    const routes = [routeWith({ path: '/other' }), routeWith({ errors: ['NO_SUCH'] })];
    const schedules = [{ name: 'sweep', dailyAt: 'noon', handle: async () => {} }];
    expect(faultsOf({ routes, schedules }).split('; ')).toHaveLength(4);
    expect(() => withoutFaults([things({}), things({ routes, schedules })])).toThrow(
      `things: ${faultsOf({ routes, schedules })}`,
    );
  });
});

describe('the contexts of this repository', () => {
  it('have names of their own, none the beginning of another', () => {
    const names = contexts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
