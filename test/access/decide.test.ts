import { describe, expect, it } from 'vitest';
import { type Actor, ROLES, type Role, type StaffActor } from '../../shared/access/actor.ts';
import { type CareRelation, relationItem, relationKey } from '../../shared/access/care-relations.ts';
import { decide } from '../../shared/access/decide.ts';
import {
  allow,
  type Grant,
  institution,
  none,
  ownAccount,
  patient,
  signed,
} from '../../shared/access/grants.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';

const START = '2026-03-02T00:00:00.000Z';
const LATER = '2026-03-02T01:00:00.000Z';
const PATIENT = 'patient-1';
const STAFF_ROLES = ROLES.filter((role) => role !== 'resident');

const resident: Actor = { kind: 'resident', accountId: 'account-1', roles: ['resident'] };

function staff(role: Exclude<Role, 'resident'>, more: Partial<StaffActor> = {}): StaffActor {
  return {
    kind: 'staff',
    accountId: 'account-1',
    institutionId: 'hospital-1',
    practitionerId: 'doctor-1',
    secondFactor: true,
    ...more,
    roles: more.roles ?? [role],
  };
}

/** `allowed`, or the code of the refusal. */
async function verdict(
  deps: TestDeps,
  grants: readonly Grant[],
  actor: Actor,
  params: Readonly<Record<string, string>> = { patientId: PATIENT, institutionId: 'hospital-1' },
): Promise<string> {
  const decision = await decide(deps, grants, actor, params);
  return decision.allowed ? 'allowed' : decision.code;
}

async function relate(deps: TestDeps, relation: Partial<CareRelation>): Promise<void> {
  const whole: CareRelation = {
    patientId: PATIENT,
    kind: 'SELF',
    holderId: 'account-1',
    since: START,
    ...relation,
  };
  await deps.table.put(relationItem(whole));
}

/** Directory's item of where an institution stands. */
async function place(deps: TestDeps, institutionId: string, ancestors: readonly string[]): Promise<void> {
  await deps.table.put({ pk: `institution#${institutionId}`, sk: 'place', ancestors });
}

describe('without a grant', () => {
  it.each(ROLES)('%s is refused', async (role) => {
    const actor = role === 'resident' ? resident : staff(role);
    expect(await verdict(testDeps(), [], actor)).toBe('FORBIDDEN');
  });

  it.each(
    ROLES.flatMap((granted) =>
      ROLES.filter((role) => role !== granted).map((role) => [role, granted] as const),
    ),
  )('%s is refused what %s is granted', async (role, granted) => {
    const actor = role === 'resident' ? resident : staff(role);
    expect(await verdict(testDeps(), allow(granted, none), actor)).toBe('FORBIDDEN');
  });

  it('an account without any role is refused', async () => {
    expect(await verdict(testDeps(), allow(STAFF_ROLES, none), staff('nurse', { roles: [] }))).toBe(
      'FORBIDDEN',
    );
  });
});

describe('by the relations `none` and `own-account`', () => {
  it.each(ROLES)('%s is let in by the role alone', async (role) => {
    const actor = role === 'resident' ? resident : staff(role);
    expect(await verdict(testDeps(), allow(role, none), actor)).toBe('allowed');
    expect(await verdict(testDeps(), allow(role, ownAccount), actor)).toBe('allowed');
  });
});

describe('by a care relation with the patient', () => {
  const grants = allow(ROLES, patient());

  it.each(['SELF', 'GUARDIAN', 'FAMILY'] as const)('a resident is let in: %s', async (kind) => {
    const deps = testDeps();
    await relate(deps, { kind });
    expect(await verdict(deps, grants, resident)).toBe('allowed');
  });

  it.each<[string, Partial<CareRelation>]>([
    ['of another patient', { patientId: 'patient-2' }],
    ['of another account', { holderId: 'account-2' }],
    ['of a kind the grant does not name', { kind: 'FAMILY' }],
    ['of the kind that doctors hold', { kind: 'SIGNED' }],
    ['of the kind that institutions hold', { kind: 'REFERRAL' }],
    ['that is over', { until: '2026-03-01T23:59:59.999Z' }],
    ['that ends at this very instant', { until: START }],
  ])('a resident is refused by a relation %s', async (_, relation) => {
    const deps = testDeps({ start: START });
    await relate(deps, relation);
    expect(await verdict(deps, allow('resident', patient('patientId', ['SELF', 'GUARDIAN'])), resident)).toBe(
      'FORBIDDEN',
    );
  });

  it('a resident is let in until the relation ends', async () => {
    const deps = testDeps({ start: START });
    await relate(deps, { until: LATER });
    deps.clock.set('2026-03-02T00:59:59.999Z');
    expect(await verdict(deps, grants, resident)).toBe('allowed');
    deps.clock.set(LATER);
    expect(await verdict(deps, grants, resident)).toBe('FORBIDDEN');
  });

  it.each(['SELF', 'GUARDIAN', 'FAMILY'] as const)(
    'a resident is refused from the moment the relation is deleted: %s',
    async (kind) => {
      const deps = testDeps({ memory: { stale: { lag: () => 60_000, maxLag: 60_000 } } });
      await relate(deps, { kind });
      expect(await verdict(deps, grants, resident)).toBe('allowed');
      await deps.table.delete(relationKey({ patientId: PATIENT, kind, holderId: 'account-1' }));
      expect(await verdict(deps, grants, resident)).toBe('FORBIDDEN');
    },
  );

  it('one standing relation is enough beside one that is over', async () => {
    const deps = testDeps({ start: START });
    await relate(deps, { kind: 'FAMILY', until: '2026-03-01T00:00:00.000Z' });
    await relate(deps, { kind: 'GUARDIAN' });
    expect(await verdict(deps, grants, resident)).toBe('allowed');
  });

  it.each(STAFF_ROLES)('%s is refused, be the account the very one of the relation', async (role) => {
    const deps = testDeps();
    await relate(deps, {});
    await relate(deps, { kind: 'SIGNED', holderId: 'doctor-1' });
    expect(await verdict(deps, grants, staff(role))).toBe('FORBIDDEN');
  });
});

describe('by a signing with the patient', () => {
  const grants = allow(ROLES, signed());

  it('the doctor who signed is let in, as long as it stands', async () => {
    const deps = testDeps({ start: START });
    await relate(deps, { kind: 'SIGNED', holderId: 'doctor-1', until: LATER });
    expect(await verdict(deps, grants, staff('family-doctor'))).toBe('allowed');
    deps.clock.set(LATER);
    expect(await verdict(deps, grants, staff('family-doctor'))).toBe('FORBIDDEN');
  });

  it.each<[string, Partial<CareRelation>, Actor]>([
    ['another doctor', { kind: 'SIGNED', holderId: 'doctor-2' }, staff('family-doctor')],
    [
      "another patient's doctor",
      { kind: 'SIGNED', holderId: 'doctor-1', patientId: 'patient-2' },
      staff('family-doctor'),
    ],
    ['staff who is no doctor', { kind: 'SIGNED', holderId: 'account-1' }, withoutPractitioner()],
    [
      "the doctor's account in place of the doctor",
      { kind: 'SIGNED', holderId: 'account-1' },
      staff('family-doctor'),
    ],
    [
      "the doctor's institution in place of the doctor",
      { kind: 'SIGNED', holderId: 'hospital-1' },
      staff('family-doctor'),
    ],
    ['a relation of another kind', { kind: 'FAMILY', holderId: 'doctor-1' }, staff('family-doctor')],
    ['a resident', { kind: 'SIGNED', holderId: 'account-1' }, resident],
  ])('refused is %s', async (_, relation, actor) => {
    const deps = testDeps();
    await relate(deps, relation);
    expect(await verdict(deps, grants, actor)).toBe('FORBIDDEN');
  });
});

function withoutPractitioner(): Actor {
  const { practitionerId: _, ...actor } = staff('nurse');
  return actor;
}

describe('by the institution', () => {
  const grants = allow(ROLES, institution());
  const at = (institutionId: string) => ({ institutionId });

  it('its own staff is let in, in the tree or not', async () => {
    expect(await verdict(testDeps(), grants, staff('clerk'), at('hospital-1'))).toBe('allowed');
  });

  it('staff of any institution above it is let in', async () => {
    const deps = testDeps();
    await place(deps, 'village-1', ['town-1', 'county-1']);
    expect(await verdict(deps, grants, staff('clerk', { institutionId: 'town-1' }), at('village-1'))).toBe(
      'allowed',
    );
    expect(await verdict(deps, grants, staff('clerk', { institutionId: 'county-1' }), at('village-1'))).toBe(
      'allowed',
    );
  });

  it.each([
    ['below it', 'village-1', 'town-1'],
    ['beside it', 'village-2', 'village-1'],
    ['of another tree', 'other', 'village-1'],
  ])('staff of one %s is refused', async (_, own, asked) => {
    const deps = testDeps();
    await place(deps, 'village-1', ['town-1', 'county-1']);
    await place(deps, 'village-2', ['town-1', 'county-1']);
    await place(deps, 'town-1', ['county-1']);
    expect(await verdict(deps, grants, staff('clerk', { institutionId: own }), at(asked))).toBe('FORBIDDEN');
  });

  it('staff of others is refused where no such institution stands in the tree', async () => {
    expect(await verdict(testDeps(), grants, staff('clerk'), at('nowhere'))).toBe('FORBIDDEN');
  });

  it('a resident is refused, be the account called like the institution', async () => {
    const actor: Actor = { kind: 'resident', accountId: 'hospital-1', roles: ['resident'] };
    expect(await verdict(testDeps(), grants, actor, at('hospital-1'))).toBe('FORBIDDEN');
  });

  it('a move in the tree takes hold within a minute', async () => {
    const deps = testDeps();
    const old = staff('clerk', { institutionId: 'county-1' });
    const next = staff('clerk', { institutionId: 'county-2' });
    await place(deps, 'village-1', ['county-1']);
    expect(await verdict(deps, grants, old, at('village-1'))).toBe('allowed');
    await place(deps, 'village-1', ['county-2']);
    deps.clock.advance(59_999);
    expect(await verdict(deps, grants, old, at('village-1'))).toBe('allowed');
    deps.clock.advance(1);
    expect(await verdict(deps, grants, old, at('village-1'))).toBe('FORBIDDEN');
    expect(await verdict(deps, grants, next, at('village-1'))).toBe('allowed');
  });
});

describe('the subject', () => {
  it.each(['', 'a#b', '../x', 'a b', '张三', 'x'.repeat(65), 'x'.repeat(3_000), '\u0000'])(
    'that cannot be an id stands in no relation, and nothing is read of it: %j',
    async (id) => {
      const reads: string[] = [];
      const deps = testDeps();
      const table = { ...deps.table, getMany: async () => reads.push('relation') as never };
      const institutionTree = { ancestorsOf: async () => [reads.push('tree') ? 'hospital-1' : ''] };
      for (const relation of [patient(), signed(), institution()]) {
        for (const actor of [resident, staff('family-doctor')]) {
          const params = { patientId: id, institutionId: id };
          const decision = await decide(
            { ...deps, table, institutionTree },
            allow(ROLES, relation),
            actor,
            params,
          );
          expect(decision).toEqual({ allowed: false, code: 'FORBIDDEN' });
        }
      }
      expect(reads).toEqual([]);
    },
  );

  it('that the path does not name stands in no relation', async () => {
    const deps = testDeps();
    await relate(deps, {});
    expect(await verdict(deps, allow('resident', patient('childId')), resident)).toBe('FORBIDDEN');
  });
});

describe('of several grants', () => {
  it('the first that fits is taken, with its fields', async () => {
    const deps = testDeps();
    const grants = [
      ...allow('nurse', institution('otherId'), ['none']),
      ...allow('clerk', institution(), ['name']),
      ...allow('nurse', institution()),
    ];
    const params = { institutionId: 'hospital-1', otherId: 'hospital-2' };
    expect(await decide(deps, grants, staff('nurse'), params)).toEqual({ allowed: true, grant: grants[2] });
    const both = staff('nurse', { roles: ['nurse', 'clerk'] });
    expect(await decide(deps, grants, both, params)).toEqual({ allowed: true, grant: grants[1] });
  });
});

describe('without a second factor', () => {
  const half = staff('nurse', { secondFactor: false });

  it.each([
    ['none', none],
    ['institution', institution()],
    ['signed', signed()],
  ])('no relation but the own account lets staff in: %s', async (_, relation) => {
    const deps = testDeps();
    await relate(deps, { kind: 'SIGNED', holderId: 'doctor-1' });
    expect(await verdict(deps, allow('nurse', relation), half)).toBe('SECOND_FACTOR_REQUIRED');
    expect(await verdict(deps, allow('nurse', relation), staff('nurse'))).toBe('allowed');
  });

  it('the own account is let in beside grants that need more', async () => {
    const grants = [...allow('nurse', none, ['all']), ...allow('nurse', ownAccount, ['own'])];
    expect(await decide(testDeps(), grants, half, {})).toEqual({ allowed: true, grant: grants[1] });
  });
});
