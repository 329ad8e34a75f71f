import fc from 'fast-check';
import { expect, it } from 'vitest';
import { identityPolicy } from '../../functions/identity/policy.ts';
import { contexts } from '../../infra/contexts.ts';
import { ROLES, type Role } from '../../shared/access/actor.ts';
import { relationItem } from '../../shared/access/care-relations.ts';
import type { Route } from '../../shared/context.ts';
import { type ApiHandler, createApi } from '../../shared/http/api.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { httpEvent, lambdaContext, read, restEvent, type Sent } from '../http/edge.ts';
import { residentToken, staffToken } from '../http/logins.ts';
import { cityNamed, cityWith } from '../support/city-policy.ts';
import { testDeps } from '../support/deps.ts';
import { HOSTILE_BODIES, hostileText, jsonOf, nearly, SUBJECT } from './values.ts';

/** Another seed looks elsewhere: `FUZZ_SEED=7 vitest run test/fuzz/http.test.ts`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122);
const EVENTS = 5_000;
const MOST_MILLIS = 1_000;

/** Providers that nobody plays here: that they do not answer is no fault of the stack. */
const ABSENT_PROVIDERS = ['WECHAT_BUSY', 'VERIFIER_UNAVAILABLE'];

const routes = contexts.flatMap((context) => context.routes);

// A password costs half a second on purpose; here it costs a millisecond, so that what else is slow shows.
const identity = cityNamed('demo')
  .policy(identityPolicy)
  .at(dayOf(Date.parse('2026-03-02T00:00:00Z')));
const cheap = { ...identity, passwordScrypt: { costPower: 10, blockSize: 8, parallelism: 1 } };
const deps = testDeps({ city: cityWith('demo', 'identity', cheap) });
const apis = new Map<string, ApiHandler>(contexts.map((context) => [context.name, createApi(context, deps)]));
for (const [kind, holderId] of [
  ['SELF', 'resident-1'],
  ['SIGNED', 'doctor-1'],
] as const) {
  await deps.table.put(
    relationItem({ patientId: SUBJECT, kind, holderId, since: '2026-01-01T00:00:00.000Z' }),
  );
}
const resident = await residentToken(deps);
const half = await staffToken(deps, 'clerk', {
  accountId: 'half',
  institutionId: SUBJECT,
  secondFactor: false,
});
const tokenOf = new Map<Role, string>([['resident', resident]]);
for (const role of ROLES) {
  if (role === 'resident') continue;
  tokenOf.set(role, await staffToken(deps, role, { institutionId: SUBJECT, practitionerId: 'doctor-1' }));
}
const anyToken = fc.constantFrom(...tokenOf.values(), half);

const pathSegment = fc.oneof(
  { weight: 6, arbitrary: fc.constant(SUBJECT) },
  { weight: 2, arbitrary: fc.constantFrom('20260306A-doctor1', '20260306A-doctor1_1', 'x2') },
  {
    weight: 1,
    arbitrary: hostileText.map((text) => (text.isWellFormed() ? encodeURIComponent(text) : text)),
  },
  { weight: 1, arbitrary: fc.constantFrom('%', '%E5%ZZ', '%00', '..', '%2F', '') },
);

function pathOf({ path }: Route): fc.Arbitrary<string> {
  const parts = path.split('/').map((part) => (part.startsWith('{') ? pathSegment : fc.constant(part)));
  return fc.tuple(...parts).map((segments) => segments.join('/'));
}

function headersWith(token: fc.Arbitrary<string>): fc.Arbitrary<[string, string][]> {
  const usually = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 15, arbitrary }, { weight: 1, arbitrary: hostileText });
  const names = {
    authorization: usually(token).map((text) => `Bearer ${text}`),
    'Idempotency-Key': usually(fc.stringMatching(/^[\w-]{8,20}$/)),
    'Content-Type': usually(fc.constant('application/json')),
    'Accept-Encoding': fc.oneof(fc.constant('gzip'), hostileText),
    'If-None-Match': fc.oneof(fc.constant('*'), hostileText),
    traceparent: hostileText,
    ['__proto__']: hostileText,
  };
  return fc
    .record(names, { requiredKeys: ['authorization', 'Idempotency-Key', 'Content-Type'] })
    .map((found) => Object.entries(found).map(([name, value]): [string, string] => [name, String(value)]));
}

/** Of somebody who has a grant, most of the time. */
function tokenFor({ access }: Route): fc.Arbitrary<string> {
  const granted = access === 'public' ? [] : access.map(({ role }) => tokenOf.get(role) ?? half);
  if (granted.length === 0) return anyToken;
  return fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...granted) }, { weight: 1, arbitrary: anyToken });
}

/** A request to a route of ours, more or less as it should be. */
const aimed: fc.Arbitrary<Sent> = fc.constantFrom(...routes).chain((declared) => {
  const querySchema = jsonOf(declared.request.query);
  const bodySchema = jsonOf(declared.request.body);
  const wellFormed = nearly(bodySchema).map((value) => JSON.stringify(value) ?? '');
  const body = fc.oneof(
    { weight: 8, arbitrary: wellFormed },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_BODIES) },
  );
  return fc.record({
    method: fc.oneof(
      { weight: 15, arbitrary: fc.constant<string>(declared.method) },
      { weight: 1, arbitrary: hostileText },
    ),
    path: pathOf(declared),
    query:
      declared.request.query === undefined
        ? fc.constant([])
        : nearly(querySchema).map((value) =>
            Object.entries(Object(value)).map(([name, one]): [string, string] => [name, String(one)]),
          ),
    headers: headersWith(tokenFor(declared)),
    ...(declared.request.body === undefined && declared.takes === 'json' ? {} : { body }),
  });
});

/** A request to nowhere in particular. */
const wild: fc.Arbitrary<Sent> = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), hostileText),
  path: fc.oneof(
    fc.webPath(),
    fc.array(hostileText, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
  ),
  query: fc.array(fc.tuple(hostileText, hostileText), { maxLength: 4 }),
  headers: headersWith(anyToken),
  body: fc.constantFrom(...HOSTILE_BODIES),
});

const edges = { rest: restEvent, http: httpEvent };

it(`${EVENTS} hostile requests get an answer of ours: no crash, no trace of the code, no long wait`, async () => {
  const statuses = new Map<number, number>();
  const anyContext = fc.constantFrom(...apis.keys());
  const request = fc.oneof({ weight: 9, arbitrary: aimed }, { weight: 1, arbitrary: wild });
  await fc.assert(
    fc.asyncProperty(request, fc.constantFrom('rest', 'http'), anyContext, async (sent, edge, anywhere) => {
      const owner = apis.get(sent.path.split('/')[1] ?? '') ?? apis.get(anywhere);
      if (owner === undefined) throw new Error('there is no context');
      deps.lines.length = 0;
      const startedAt = performance.now();
      const answer = read(await owner(edges[edge](sent), lambdaContext));
      const millis = performance.now() - startedAt;
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
      const { code } = (answer.json ?? {}) as { code?: string };
      if (ABSENT_PROVIDERS.includes(code ?? '')) return;
      expect(answer.statusCode, JSON.stringify(deps.lines, errorsToo)).toBeLessThan(500);
      expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\n {4}at |TypeError|RangeError/);
      expect(millis).toBeLessThan(MOST_MILLIS);
    }),
    { numRuns: EVENTS, seed: SEED },
  );
  // The requests get past the door: what is refused there alone would prove little.
  for (const status of [200, 304, 400, 401, 403, 404, 405, 413, 415, 422]) {
    expect(statuses.get(status) ?? 0, `answers ${status}`).toBeGreaterThan(0);
  }
}, 180_000);

function errorsToo(_name: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}
