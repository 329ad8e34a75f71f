import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { contexts } from '../../infra/contexts.ts';
import { ROLES, type Role } from '../../shared/access/actor.ts';
import { relationItem } from '../../shared/access/care-relations.ts';
import { allow, type Grant, institution, none, patient } from '../../shared/access/grants.ts';
import { accessMatrix, matrixMarkdown } from '../../shared/access/matrix.ts';
import type { SessionClaims } from '../../shared/access/sessions.ts';
import { type Route, route, type Schema } from '../../shared/context.ts';
import { defineContext } from '../../shared/define-context.ts';
import { createApi } from '../../shared/http/api.ts';
import { defineErrors } from '../../shared/kernel/errors.ts';
import { type Answer, call } from '../http/edge.ts';
import { sessionOf } from '../http/logins.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';

const SUBJECT = 'x1';

/** Routes that take or answer a patient's id and declare no audit, each with the reason why that is right. */
const UNDECLARED: Readonly<Record<string, string>> = {
  'POST /identity/wechat-sessions': 'the id of the own patient',
  'POST /identity/sessions/refresh': 'the id of the own patient',
  'GET /identity/account': 'the id of the own patient',
};

const all = contexts.flatMap((context) => context.routes.map((declared) => ({ context, declared })));
const named = all.map(({ context, declared }) => [nameOf(declared), declared, context] as const);
const guarded = named.flatMap(([name, declared, context]) =>
  declared.access === 'public' ? [] : [[name, declared, declared.access, context] as const],
);

function nameOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Whether a schema has a property of this name, at any depth. */
function mentions(schema: Schema | undefined, property: string): boolean {
  if (schema === undefined) return false;
  return JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).includes(
    `"${property}":`,
  );
}

describe('every route', () => {
  it('is either public or granted to somebody', () => {
    expect(named.length).toBeGreaterThan(50);
    expect(guarded.filter(([, , access]) => access.length === 0)).toEqual([]);
  });

  it.each(named)("that takes or answers a patient's id says how it is written down: %s", (name, declared) => {
    const { path, request, response, audit } = declared;
    const concerned =
      path.includes('{patientId}') || mentions(request.body, 'patientId') || mentions(response, 'patientId');
    // An exception that is none any more has to leave the list.
    expect(concerned && audit === undefined).toBe(name in UNDECLARED);
  });

  it.each(named.filter(([, { path }]) => path.includes('{institutionId}')))(
    'of an institution asks its staff for a relation with it: %s',
    (_, { access }) => {
      const staffGrants = access === 'public' ? [] : access.filter(({ role }) => role !== 'resident');
      for (const { role, relation } of staffGrants) expect(relation, role).toEqual(institution());
    },
  );

  it.each(named.filter(([, { path }]) => path.includes('{patientId}')))(
    'of a patient asks residents for a care relation, and doctors outside an institution for a signing: %s',
    (_, { access, path }) => {
      expect(access).not.toBe('public');
      for (const { role, relation } of access === 'public' ? [] : access) {
        if (path.includes('{institutionId}')) expect(relation.kind, role).toBe('institution');
        else if (role === 'resident') expect(['patient', 'own-account'], role).toContain(relation.kind);
        else expect(relation.kind, role).toBe('signed');
      }
    },
  );

  it.each(named.filter(([, { method }]) => method === 'GET'))(
    'that reads takes neither body nor request key: %s',
    (_, declared) => {
      expect(declared.requestKey).toBe('not-needed');
      expect(declared.request.body).toBeUndefined();
    },
  );
});

describe('the exceptions of this test', () => {
  it('are routes', () => {
    expect(named.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(UNDECLARED)));
  });
});

function claimsOf(
  role: Role,
  more: { readonly institutionId?: string; readonly secondFactor?: boolean } = {},
): SessionClaims {
  const accountId = `account-${role}`;
  if (role === 'resident') return { kind: 'resident', accountId, roles: ['resident'], version: 1 };
  const { institutionId = 'hospital-1', secondFactor = true } = more;
  return {
    kind: 'staff',
    accountId,
    institutionId,
    practitionerId: 'doctor-1',
    roles: [role],
    secondFactor,
    version: 1,
  };
}

type Caller = (claims?: SessionClaims) => Promise<Answer>;

function callerOf(declared: Route, deps: TestDeps): Caller {
  const context = contexts.find(({ routes }) => routes.includes(declared));
  if (context === undefined) throw new Error('the route is of no context');
  const api = createApi(context, deps);
  const asked = `${declared.method} ${declared.path.replaceAll(/\{[^}]*\}/g, SUBJECT)}`;
  return async (claims) =>
    call(api, asked, claims === undefined ? {} : { token: await sessionOf(deps, claims) });
}

function codeOf({ statusCode, json }: Answer): string {
  return `${statusCode} ${(json as { code?: string } | undefined)?.code}`;
}

function grantsOf(access: readonly Grant[], role: Role): readonly Grant[] {
  return access.filter((grant) => grant.role === role);
}

const isOpen = ({ relation }: Grant): boolean => relation.kind === 'none' || relation.kind === 'own-account';

describe('a call over HTTP of', () => {
  it.each(guarded)('%s without a session is answered 401', async (_, declared) => {
    expect(codeOf(await callerOf(declared, testDeps())())).toBe('401 UNAUTHENTICATED');
  });

  it.each(guarded)(
    '%s by every role without a grant, or without its relation, is answered 403',
    async (_, declared, access) => {
      const caller = callerOf(declared, testDeps());
      for (const role of ROLES) {
        if (grantsOf(access, role).some(isOpen)) continue;
        expect.soft(codeOf(await caller(claimsOf(role))), role).toBe('403 FORBIDDEN');
      }
    },
  );

  it.each(guarded)(
    '%s by staff without a second factor is answered 401, but for the own account',
    async (_, declared, access) => {
      const caller = callerOf(declared, testDeps());
      for (const role of ROLES.filter((one) => one !== 'resident')) {
        const grants = grantsOf(access, role);
        if (grants.some(({ relation }) => relation.kind === 'own-account')) continue;
        const expected = grants.length > 0 ? '401 SECOND_FACTOR_REQUIRED' : '403 FORBIDDEN';
        expect.soft(codeOf(await caller(claimsOf(role, { secondFactor: false }))), role).toBe(expected);
      }
    },
  );

  it.each(guarded)(
    '%s by every role that stands in the relation of its grant is let in',
    async (_, declared, access) => {
      for (const { role, relation } of access) {
        const deps = testDeps();
        const relate = (kind: 'SELF' | 'GUARDIAN' | 'FAMILY' | 'SIGNED', holderId: string) =>
          deps.table.put(
            relationItem({ patientId: SUBJECT, kind, holderId, since: '2026-01-01T00:00:00.000Z' }),
          );
        if (relation.kind === 'patient') await relate(relation.kinds[0] ?? 'SELF', `account-${role}`);
        if (relation.kind === 'signed') await relate('SIGNED', 'doctor-1');
        if (isOpen({ role, relation })) continue;
        const answer = await callerOf(declared, deps)(claimsOf(role, { institutionId: SUBJECT }));
        expect.soft(answer.statusCode, role).toBeLessThan(500);
        expect.soft(codeOf(answer), role).not.toMatch(/FORBIDDEN|UNAUTHENTICATED|SECOND_FACTOR/);
      }
    },
  );
});

describe('the matrix in Markdown', () => {
  const sample = defineContext({
    name: 'things',
    errors: defineErrors({}),
    routes: [
      route({
        method: 'GET',
        path: '/things',
        summary: '读取',
        access: 'public',
        response: z.object({}),
        handle: async () => ({}),
      }),
      route({
        method: 'PUT',
        path: '/things/{patientId}',
        summary: '修改',
        access: [
          ...allow('resident', patient()),
          ...allow('nurse', none, ['name']),
          ...allow('nurse', institution('patientId')),
        ],
        request: { params: z.object({ patientId: z.string() }) },
        response: z.object({ name: z.string() }),
        audit: 'by-event',
        handle: async () => ({ name: 'a' }),
      }),
    ],
  });

  it('has a line a route and a column a role', () => {
    const lines = matrixMarkdown([sample]).split('\n');
    const cells = (start: string) =>
      lines
        .find((line) => line.startsWith(start))
        ?.split('|')
        .map((cell) => cell.trim());
    expect(lines).toContain('## things');
    expect(cells('| route')).toEqual(['', 'route', ...ROLES, 'audit', '']);
    expect(cells('| `GET /things`')).toEqual(['', '`GET /things`', ...ROLES.map(() => 'public'), '', '']);
    expect(cells('| `PUT /things')).toEqual([
      '',
      '`PUT /things/{patientId}`',
      ...ROLES.map((role) => {
        if (role === 'resident') return 'self/guardian/family';
        return role === 'nurse' ? 'role [name]; institution' : '';
      }),
      'by-event',
      '',
    ]);
  });

  it('has every route of every context', () => {
    const markdown = matrixMarkdown(contexts);
    for (const [name] of named) expect(markdown).toContain(`| \`${name}\` |`);
    expect(accessMatrix(contexts)).toHaveLength(named.length);
  });
});
