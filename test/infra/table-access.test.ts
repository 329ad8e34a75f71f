import { beforeAll, describe, expect, it } from 'vitest';
import { type Grantee, tableAccess, wrappedAt } from '../../infra/constructs/table-access.ts';
import { allow, institution, none, patient, signed } from '../../shared/access/grants.ts';
import type { Context, Route } from '../../shared/context.ts';
import { nameOf, ofType, type Stack, synthesiseCities, testedContexts, textOf } from './synthesised.ts';

const plain: Grantee = { name: 'ward', grants: [], timers: {}, routes: [] };
const withTimers = { ...plain, timers: { due: async () => {} } };

function routeFor(access: Route['access']): Route {
  return { access } as Route;
}

/** Action → partition keys: the matrix a reader wants to see. */
function matrix(context: Grantee, entry: 'api' | 'worker'): Record<string, readonly string[]> {
  return Object.fromEntries(
    tableAccess(context, entry).flatMap(({ actions, leadingKeys }) => actions.map((a) => [a, leadingKeys])),
  );
}

describe('access to the table', () => {
  it('of a context without grants is its own items, its keys and secrets, and additions to the audit trail', () => {
    const reads = ['ward#*', 'keys#ward', 'secrets#ward', 'keys#session-public'];
    expect(matrix(plain, 'worker')).toEqual({
      GetItem: reads,
      BatchGetItem: reads,
      ConditionCheckItem: reads,
      Query: reads,
      PutItem: ['ward#*', 'keys#ward', 'audit#*'],
      UpdateItem: ['ward#*'],
      DeleteItem: ['ward#*'],
    });
  });

  it('gives a read grant for reading and a write grant for writing, neither for the other', () => {
    const grants = [
      { prefix: 'relation#', access: 'write' },
      { prefix: 'charge#', access: 'read' },
    ] as const;
    const { GetItem, Query, PutItem, UpdateItem, DeleteItem } = matrix({ ...plain, grants }, 'worker');
    for (const reads of [GetItem, Query]) {
      expect(reads).toContain('charge#*');
      expect(reads).not.toContain('relation#*');
    }
    for (const writes of [PutItem, UpdateItem, DeleteItem]) {
      expect(writes).toContain('relation#*');
      expect(writes).not.toContain('charge#*');
    }
  });

  it('names each action once: a transaction over several prefixes needs them in one list', () => {
    for (const context of testedContexts) {
      for (const entry of ['api', 'worker'] as const) {
        const actions = tableAccess(context, entry).flatMap((access) => access.actions);
        expect(actions).toHaveLength(new Set(actions).size);
      }
    }
  });

  it("opens the index of timers to the workers that sweep it, for the context's own shards", () => {
    const query = (context: Grantee, entry: 'api' | 'worker') =>
      tableAccess(context, entry).find(({ actions }) => actions.includes('Query'));
    expect(query(withTimers, 'worker')).toMatchObject({ indexes: ['lookup', 'due'] });
    expect(query(withTimers, 'worker')?.leadingKeys).toContain('due#ward#*');
    expect(query(withTimers, 'api')?.indexes).toEqual(['lookup']);
    expect(query(plain, 'worker')?.indexes).toEqual(['lookup']);
    expect(JSON.stringify([query(withTimers, 'api'), query(plain, 'worker')])).not.toContain('due#');
  });

  it('opens the index of open charges to whoever is granted to read charges', () => {
    const charges = (access: 'read' | 'write') =>
      tableAccess({ ...plain, grants: [{ prefix: 'charge#', access }] }, 'api').flatMap(
        ({ indexes }) => indexes,
      );
    expect(charges('read')).toContain('charges');
    expect(charges('write')).not.toContain('charges');
  });

  it.each([
    ['a public route', 'public', ['session#*'], ['relation#*', 'institution#*']],
    ['a role alone', allow('clerk', none), ['session#*'], ['relation#*', 'institution#*']],
    ['a patient', allow('resident', patient()), ['session#*', 'relation#*'], ['institution#*']],
    ['a signed patient', allow('family-doctor', signed()), ['session#*', 'relation#*'], ['institution#*']],
    ['an institution', allow('clerk', institution()), ['session#*', 'institution#*'], ['relation#*']],
  ] as const)(
    'lets the api function read what the access rule of %s reads, and the worker none of it',
    (_, access, seen, hidden) => {
      const context = { ...plain, routes: [routeFor(access)] };
      expect(matrix(context, 'api')['GetItem']).toEqual(expect.arrayContaining([...seen]));
      for (const pattern of hidden) expect(matrix(context, 'api')['GetItem']).not.toContain(pattern);
      for (const pattern of seen) expect(matrix(context, 'worker')['GetItem']).not.toContain(pattern);
    },
  );

  it('gives identity, and nobody else, the keys that sign sessions and the audit trail to read', () => {
    const identity = matrix({ ...plain, name: 'identity' }, 'api');
    expect(identity['PutItem']).toEqual(expect.arrayContaining(['keys#session', 'keys#session-public']));
    expect(identity['GetItem']).toContain('keys#session');
    expect(identity['Query']).toContain('audit#*');
    expect(identity['GetItem']).not.toContain('audit#*');
    const ward = JSON.stringify([matrix(plain, 'api')['Query'], matrix(plain, 'api')['GetItem']]);
    expect(ward).not.toContain('audit');
    expect(ward).not.toContain('"keys#session"');
  });

  it('lets nobody change or delete an audit entry or a wrapped key', () => {
    for (const context of [...testedContexts, { ...plain, name: 'identity' }]) {
      for (const entry of ['api', 'worker'] as const) {
        const { UpdateItem, DeleteItem } = matrix(context, entry);
        expect(JSON.stringify([UpdateItem, DeleteItem])).not.toMatch(/audit|keys#|secrets#/);
      }
    }
  });

  it.each([
    ['profiles of patients', 'patient#', 'keys#patient'],
    ['openids of accounts', 'openid#', 'keys#openid'],
    ['cards of patients', 'person#', 'keys#person'],
  ])('opens the sealed %s, with their keys, to whoever is granted them', (_, prefix, keys) => {
    const granted = (access: 'read' | 'write') => ({ ...plain, grants: [{ prefix, access }] });
    expect(wrappedAt(plain).decrypt).toEqual(['keys#ward', 'secrets#ward']);
    expect(wrappedAt(granted('read'))).toEqual({
      encrypt: ['keys#ward'],
      decrypt: ['keys#ward', keys, 'secrets#ward'],
    });
    expect(wrappedAt(granted('write')).encrypt).toEqual(['keys#ward', keys]);
    expect(matrix(granted('read'), 'api')['GetItem']).toEqual(expect.arrayContaining([`${prefix}*`, keys]));
  });

  it.each(['', 'booking', '*', 'booking*', 'due#booking#', 'keys#session', 'secrets#identity', '#'])(
    'refuses a grant of %j',
    (prefix) => {
      expect(() => tableAccess({ ...plain, grants: [{ prefix, access: 'read' }] }, 'api')).toThrow(
        'ward asks',
      );
    },
  );

  it("takes a context's own secrets for granted, as they are", () => {
    const grants = [{ prefix: 'secrets#ward', access: 'read' }] as const;
    expect(matrix({ ...plain, grants }, 'api')).toEqual(matrix(plain, 'api'));
  });

  it('takes a grant to write the audit trail or keys as one to add to it', () => {
    const grants = [
      { prefix: 'audit#', access: 'write' },
      { prefix: 'keys#patient', access: 'write' },
    ] as const;
    const { PutItem, UpdateItem, DeleteItem } = matrix({ ...plain, grants }, 'api');
    expect(PutItem).toEqual(['ward#*', 'audit#*', 'keys#patient', 'keys#ward']);
    expect([UpdateItem, DeleteItem]).toEqual([['ward#*'], ['ward#*']]);
  });
});

describe('the roles in the templates', () => {
  let stacks: readonly Stack[];
  beforeAll(() => {
    stacks = synthesiseCities();
  });

  it.each(
    testedContexts.flatMap((context: Context) => [
      [context.name, 'api', context] as const,
      [context.name, 'worker', context] as const,
    ]),
  )('give %s/%s exactly that matrix on exactly those indexes, in every city', (name, entry, context) => {
    const role = entry === 'api' ? /^ApiRole/ : /^WorkerRole/;
    const policies = ofType(stacks, 'AWS::IAM::Policy').filter(
      ({ id, stack }) => stack.name === name && role.test(id),
    );
    expect(policies).toHaveLength(new Set(stacks.map(({ city }) => city.id)).size);
    for (const policy of policies) {
      const found = policy.Properties.PolicyDocument.Statement.filter((s: { Action: unknown }) =>
        JSON.stringify(s.Action).includes('dynamodb:'),
      ).map(
        (s: {
          Action: string | string[];
          Resource: unknown;
          Condition: Record<string, Record<string, unknown>>;
        }) => ({
          actions: [s.Action].flat().map((action) => action.replace('dynamodb:', '')),
          resources: [s.Resource].flat().map((r) => textOf(r).split(':').at(-1)),
          leadingKeys: [s.Condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']].flat(),
        }),
      );
      const table = `table/${policy.stack.city.id}-table`;
      expect(found, nameOf(policy)).toEqual(
        tableAccess(context, entry).map(({ actions, indexes, leadingKeys }) => ({
          actions,
          resources: [table, ...indexes.map((index) => `${table}/index/${index}`).toSorted()],
          leadingKeys,
        })),
      );
    }
  });
});
