import { describe, expect, it } from 'vitest';
import { hasRelation, relationItem, relationKey } from '../../shared/access/care-relations.ts';
import { createInstitutionTree } from '../../shared/access/institution-tree.ts';
import { openidItem, openidKey, readOpenid } from '../../shared/access/openid-view.ts';
import {
  openPatientProfile,
  type PatientProfile,
  patientProfileItem,
  patientProfileKey,
  readPatientProfile,
  writePatientProfile,
} from '../../shared/access/patient-view.ts';
import { findPerson, isSamePerson, personItems, readPerson } from '../../shared/access/person-view.ts';
import { phoneItem, phoneKey, readPhone } from '../../shared/access/phone-view.ts';
import { priorityGroupsOperation, readPriorityGroups } from '../../shared/access/priority-groups.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Item, Table } from '../../shared/data/table.ts';
import { type TestDeps, testClock, testDeps } from '../support/deps.ts';

/** Which reads were not consistent: what others decide by must be what stands. */
function watched(): { readonly deps: TestDeps; readonly stale: string[] } {
  const memory = createMemoryTable({ clock: testClock('2026-03-02T00:00:00.000Z') });
  const stale: string[] = [];
  const table: Table = {
    ...memory,
    get: async (key, options = {}) => {
      if (options.consistent !== true) stale.push(key.pk);
      return memory.get(key, options);
    },
    getMany: async (keys, options = {}) => {
      if (options.consistent !== true) stale.push(...keys.map(({ pk }) => pk));
      return memory.getMany(keys, options);
    },
  };
  return { deps: testDeps({ table }), stale };
}

/** Keys are read as they come; views are not. */
function ofViews(stale: readonly string[]): readonly string[] {
  return stale.filter((pk) => !pk.startsWith('keys#'));
}

const LIN = { name: '林晓梅', idNumber: '11010519491231002X' };
const PROFILE: PatientProfile = {
  birthDate: '1949-12-31',
  sex: 'female',
  synthetic: false,
  maskedName: '林*梅',
};

describe('the profile of a patient', () => {
  it('is read as it was written, whatever it says', async () => {
    const { deps, stale } = watched();
    const { maskedName: _, ...nameless } = PROFILE;
    for (const profile of [PROFILE, { ...nameless, sex: 'male' as const, synthetic: true }]) {
      await writePatientProfile(deps, 'p1', profile);
      expect(await readPatientProfile(deps, 'p1')).toStrictEqual(profile);
    }
    expect(await readPatientProfile(deps, 'p2')).toBeUndefined();
    expect(ofViews(stale)).toEqual([]);
  });

  it('opens for nobody else, and nowhere else', async () => {
    const { deps } = watched();
    const item = await patientProfileItem(deps, 'p1', PROFILE);
    await expect(openPatientProfile(deps, 'p2', item)).rejects.toMatchObject({ name: 'FieldSealError' });
    await deps.table.put({ ...item, ...patientProfileKey('p3') });
    await expect(readPatientProfile(deps, 'p3')).rejects.toMatchObject({ name: 'FieldSealError' });
    const text = await deps.cipher.seal('patient', { item: 'patient#p1|profile', field: 'other' }, '{}');
    await expect(openPatientProfile(deps, 'p1', { ...item, profile: text })).rejects.toMatchObject({
      name: 'FieldSealError',
    });
  });
});

describe('a person on a card', () => {
  async function registered(): Promise<ReturnType<typeof watched>> {
    const world = watched();
    for (const item of await personItems(world.deps, 'p1', LIN)) await world.deps.table.put(item);
    return world;
  }

  it('is found by number and name, in any spelling', async () => {
    const { deps, stale } = await registered();
    expect(await findPerson(deps, LIN)).toBe('p1');
    expect(await findPerson(deps, { name: ' 林晓梅 ', idNumber: '11010519491231002x' })).toBe('p1');
    expect(await readPerson(deps, 'p1')).toEqual(LIN);
    expect(ofViews(stale)).toEqual([]);
  });

  it('is found under the key by which it was written, after that was rotated', async () => {
    const { deps } = await registered();
    await deps.keyRing.rotate('person', 'blind');
    expect(await findPerson(deps, LIN)).toBe('p1');
  });

  it('is nobody by another name, by another number, or where nobody stands', async () => {
    const { deps } = await registered();
    expect(await findPerson(deps, { ...LIN, name: '林晓' })).toBeUndefined();
    expect(await findPerson(deps, { ...LIN, idNumber: '110105194912310038' })).toBeUndefined();
    expect(await readPerson(deps, 'p2')).toBeUndefined();

    await deps.table.delete({ pk: 'person#patient#p1', sk: 'card' });
    expect(await findPerson(deps, LIN)).toBeUndefined();
  });

  it('is the same by both, not by one', () => {
    expect(isSamePerson(LIN, { ...LIN, idNumber: LIN.idNumber.toLowerCase() })).toBe(true);
    expect(isSamePerson(LIN, { ...LIN, name: '林晓' })).toBe(false);
    expect(isSamePerson(LIN, { ...LIN, idNumber: '110105194912310038' })).toBe(false);
  });

  it('opens at no other patient', async () => {
    const { deps } = await registered();
    const card = await deps.table.get({ pk: 'person#patient#p1', sk: 'card' });
    await deps.table.put({ ...card, pk: 'person#patient#p2', sk: 'card' });
    await expect(readPerson(deps, 'p2')).rejects.toMatchObject({ name: 'FieldSealError' });
  });
});

describe('what is sealed for one account', () => {
  it('is read by the next who asks, and is nothing where nothing stands', async () => {
    const { deps, stale } = watched();
    await deps.table.put(await openidItem(deps, 'account-1', 'openid-1'));
    expect(await readOpenid(deps, 'account-1')).toBe('openid-1');
    expect(await readOpenid(deps, 'account-2')).toBeUndefined();
    expect(ofViews(stale)).toEqual([]);
  });
});

describe('the groups that a resident is in', () => {
  it('are those that were written last, and none where none were', async () => {
    const { deps, stale } = watched();
    expect(await readPriorityGroups(deps.table, 'p1')).toEqual([]);
    for (const groups of [['ELDERLY'], ['ELDERLY', 'DIABETES']]) {
      await deps.table.transact([priorityGroupsOperation('p1', groups)]);
      expect(await readPriorityGroups(deps.table, 'p1')).toEqual(groups);
    }
    expect(await readPriorityGroups(deps.table, 'p2')).toEqual([]);
    expect(ofViews(stale)).toEqual([]);
  });
});

describe('a care relation', () => {
  const relation = {
    patientId: 'p1',
    kind: 'SELF',
    holderId: 'account-1',
    since: '2026-03-01T00:00:00.000Z',
  } as const;
  const at = '2026-03-02T00:00:00.000Z';

  it('stands until it ends, and is read as it stands', async () => {
    const { deps, stale } = watched();
    const stands = () => hasRelation(deps.table, [relation], at);
    expect(await stands()).toBe(false);
    await deps.table.put(relationItem(relation));
    expect(await stands()).toBe(true);
    for (const [until, still] of [
      ['2026-03-02T00:00:00.001Z', true],
      [at, false],
    ] as const) {
      await deps.table.put(relationItem({ ...relation, until }));
      expect(await deps.table.get(relationKey(relation), { consistent: true })).toMatchObject({ until });
      expect(await stands()).toBe(still);
    }
    expect(relationItem(relation)).not.toHaveProperty('until');
    expect(await hasRelation(deps.table, [], at)).toBe(false);
    expect(ofViews(stale)).toEqual([]);
  });
});

/** Roles on AWS are granted by these very keys; a city that runs has its items under them. */
describe('the places of the shared views', () => {
  it('are where they have always been', async () => {
    const { deps } = watched();
    expect(patientProfileKey('p1')).toEqual({ pk: 'patient#p1', sk: 'profile' });
    expect(openidKey('account-1')).toEqual({ pk: 'openid#account-1', sk: 'wechat' });
    expect(phoneKey('account-1')).toEqual({ pk: 'phone#account-1', sk: 'mobile' });
    expect(relationKey({ patientId: 'p1', kind: 'SIGNED', holderId: 'doctor-1' })).toEqual({
      pk: 'relation#p1',
      sk: 'SIGNED#doctor-1',
    });
    expect(priorityGroupsOperation('p1', ['ELDERLY'])).toEqual({
      put: { pk: 'groups#p1', sk: 'priority', groups: ['ELDERLY'] },
    });
    const [number, card] = await personItems(deps, 'p1', LIN);
    expect(number).toMatchObject({ sk: 'patient', patientId: 'p1' });
    expect(number?.pk).toMatch(/^person#number#./);
    expect(card).toMatchObject({ pk: 'person#patient#p1', sk: 'card' });
  });

  it('hold what was sealed for this very place, by which it opens', async () => {
    const { deps } = watched();
    const opened = async (scope: string, { pk, sk, ...rest }: Item, field: string): Promise<string> =>
      deps.cipher.open(scope, { item: `${pk}|${sk}`, field }, String(rest[field]));
    const profile = await patientProfileItem(deps, 'p1', PROFILE);
    expect(JSON.parse(await opened('patient', profile, 'profile'))).toMatchObject({ sex: 'female' });
    const [, card = profile] = await personItems(deps, 'p1', LIN);
    expect(JSON.parse(await opened('person', card, 'holder'))).toEqual(LIN);
    expect(await opened('openid', await openidItem(deps, 'a1', 'openid-1'), 'openid')).toBe('openid-1');
    expect(await opened('phone', await phoneItem(deps, 'a1', '13800000001'), 'phone')).toBe('13800000001');
  });

  it('hold what was sealed for them, and for no other view of the same person', async () => {
    const { deps } = watched();
    const openid = await openidItem(deps, 'account-1', 'openid-1');
    await deps.table.put({ ...openid, ...phoneKey('account-1'), phone: String(openid['openid']) });
    await expect(readPhone(deps, 'account-1')).rejects.toMatchObject({ name: 'FieldSealError' });
    await deps.table.put({ ...openid, ...openidKey('account-2') });
    await expect(readOpenid(deps, 'account-2')).rejects.toMatchObject({ name: 'FieldSealError' });
  });
});

describe('the tree of institutions', () => {
  it('is read once a minute for each, and forgets all when it holds too many', async () => {
    const memory = createMemoryTable({ clock: testClock('2026-03-02T00:00:00.000Z') });
    let reads = 0;
    const get: Table['get'] = (...asked) => {
      reads += 1;
      return memory.get(...asked);
    };
    const { ancestorsOf } = createInstitutionTree({ ...memory, get }, testClock('2026-03-02T00:00:00.000Z'));
    const most = 5_000;
    for (let turn = 0; turn < 2; turn += 1)
      for (let n = 0; n < most; n += 1) expect(await ancestorsOf(`institution-${n}`)).toEqual([]);
    expect(reads).toBe(most);
    await ancestorsOf('one-more');
    await ancestorsOf('institution-0');
    await ancestorsOf('one-more');
    expect(reads).toBe(most + 2);
  });
});
