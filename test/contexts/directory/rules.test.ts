import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceMetres } from '../../../functions/directory/geo.ts';
import { pageOf } from '../../../functions/directory/paging.ts';
import {
  type AllianceFacts,
  allianceFaults,
  countyOf,
  titleOrder,
  treeFaults,
  usageFaults,
} from '../../../functions/directory/rules.ts';
import {
  categoryAndAbove,
  isServiceCategory,
  serviceCategories,
  serviceCategoryName,
} from '../../../functions/directory/service-categories.ts';
import { isParty, isSwitchedOn } from '../../../shared/kernel/alliance.ts';

const codes = (reasons: readonly { code: string }[]) => reasons.map(({ code }) => code);

describe('the tree', () => {
  const county = { level: 'secondary', active: true } as const;
  const sound = {
    institutionId: 'a',
    level: 'township',
    parent: county,
    path: ['p'],
    childLevels: [],
  } as const;

  test('takes a township below a county hospital, and equals below equals', () => {
    expect(treeFaults(sound)).toEqual([]);
    expect(treeFaults({ ...sound, level: 'secondary' })).toEqual([]);
    expect(treeFaults({ ...sound, level: 'community', parent: { level: 'township', active: true } })).toEqual(
      [],
    );
  });

  test('names every broken rule at once', () => {
    const faults = treeFaults({
      institutionId: 'a',
      level: 'tertiary',
      parent: { level: 'township', active: false },
      path: ['p', 'a'],
      childLevels: ['authority'],
    });
    expect(codes(faults)).toEqual(['PARENT_UNUSABLE', 'CYCLE', 'LEVEL_ABOVE_PARENT', 'LEVEL_BELOW_CHILD']);
  });

  test('knows a missing parent from the root, which has none', () => {
    expect(codes(treeFaults({ ...sound, parent: undefined }))).toEqual(['PARENT_UNUSABLE']);
    expect(treeFaults({ ...sound, parent: 'root', path: [] })).toEqual([]);
  });

  test('takes children of the same level or below, and none above', () => {
    const above = (childLevels: readonly ('secondary' | 'township' | 'village')[]) =>
      codes(treeFaults({ ...sound, childLevels }));
    expect(above(['village', 'township'])).toEqual([]);
    expect(above(['village', 'secondary'])).toEqual(['LEVEL_BELOW_CHILD']);
  });

  test('tells each count that is in the way, and no other', () => {
    expect(usageFaults({ children: 2, practitioners: 0, careTeams: 1 })).toMatchObject([
      { code: 'HAS_ACTIVE_CHILDREN', detail: { count: 2 } },
      { code: 'HAS_ACTIVE_CARE_TEAMS', detail: { count: 1 } },
    ]);
  });
});

describe('an alliance', () => {
  const facts = (over: Partial<AllianceFacts> = {}): AllianceFacts => ({
    name: '医共体',
    kind: 'county',
    members: [
      { institutionId: 'a', joinedOn: '2020-01-01' },
      { institutionId: 'b', joinedOn: '2020-01-01', leftOn: '2022-01-01' },
    ],
    capabilities: ['records'],
    exceptions: [],
    ...over,
  });

  test('takes a member again after it has left', () => {
    const again = facts({
      members: [...facts().members, { institutionId: 'b', joinedOn: '2022-01-01' }],
    });
    expect(allianceFaults('lead', again, () => true)).toEqual([]);
  });

  test('takes somebody twice as long as one time is over when the other begins, whichever is named first', () => {
    const early = { institutionId: 'b', joinedOn: '2020-01-01', leftOn: '2022-01-01' } as const;
    const late = { institutionId: 'b', joinedOn: '2022-01-01' } as const;
    const of = (...members: AllianceFacts['members']) =>
      allianceFaults('lead', facts({ members }), () => true);
    expect([...of(early, late), ...of(late, early)]).toEqual([]);
    const twice = [{ code: 'MEMBER_TWICE', detail: { institutionId: 'b' } }];
    const longer = { ...early, leftOn: '2022-01-02' } as const;
    expect(of(longer, late)).toMatchObject(twice);
    expect(of(late, longer)).toMatchObject(twice);
    expect(of({ ...early, leftOn: '2020-01-01' })).toEqual([]);
  });

  test('refuses unknown members, twice the same, the lead as member, and leaving before joining', () => {
    const faulty = facts({
      members: [
        { institutionId: 'a', joinedOn: '2020-01-01' },
        { institutionId: 'a', joinedOn: '2021-01-01' },
        { institutionId: 'lead', joinedOn: '2020-01-01' },
        { institutionId: 'x', joinedOn: '2020-01-01', leftOn: '2019-01-01' },
      ],
    });
    expect(codes(allianceFaults('lead', faulty, (id) => id !== 'x'))).toEqual([
      'MEMBER_TWICE',
      'MEMBER_TWICE',
      'MEMBER_UNKNOWN',
      'MEMBER_DATES',
    ]);
  });

  test('refuses an exception for who does not belong to it, or for one alone', () => {
    const exception = (one: string, other: string) => ({
      capability: 'records' as const,
      between: [one, other] as [string, string],
      enabled: false,
    });
    const faulty = facts({ exceptions: [exception('a', 'lead'), exception('a', 'x'), exception('a', 'a')] });
    expect(allianceFaults('lead', faulty, () => true)).toMatchObject([
      { code: 'EXCEPTION_UNUSABLE', detail: { position: 1 } },
      { code: 'EXCEPTION_UNUSABLE', detail: { position: 2 } },
    ]);
  });

  test('counts a member from the day of joining until the day before leaving', () => {
    const alliance = { ...facts(), leadId: 'lead' };
    expect(isParty(alliance, 'b', '2019-12-31')).toBe(false);
    expect(isParty(alliance, 'b', '2020-01-01')).toBe(true);
    expect(isParty(alliance, 'b', '2021-12-31')).toBe(true);
    expect(isParty(alliance, 'b', '2022-01-01')).toBe(false);
    expect(isParty(alliance, 'lead', '2000-01-01')).toBe(true);
  });

  test("lets a pair's own switch win, in either order", () => {
    const between: [string, string] = ['a', 'lead'];
    const off = facts({ exceptions: [{ capability: 'records', between, enabled: false }] });
    expect(isSwitchedOn(off, 'records', ['lead', 'a'])).toBe(false);
    expect(isSwitchedOn(off, 'records', ['lead', 'b'])).toBe(true);
    const on = facts({ exceptions: [{ capability: 'network', between, enabled: true }] });
    expect(isSwitchedOn(on, 'network', ['a', 'lead'])).toBe(true);
    expect(isSwitchedOn(on, 'network', ['a', 'b'])).toBe(false);
  });
});

test('doctors stand by their title, the best first, as stored keys have it', () => {
  const titles = ['resident', 'attending', 'chief', 'associate-chief'] as const;
  expect(titles.toSorted((one, other) => titleOrder(one).localeCompare(titleOrder(other)))).toEqual([
    'chief',
    'associate-chief',
    'attending',
    'resident',
  ]);
  expect(titles.map(titleOrder)).toEqual(['4', '3', '1', '2']);
});

test('a village is filed under its county', () => {
  expect([countyOf('410425102201'), countyOf('410425')]).toEqual(['410425', '410425']);
});

describe('the list of service categories', () => {
  test('has the codes of the national list', () => {
    expect(serviceCategoryName('01')).toBe('预防保健科');
    expect(serviceCategoryName('02')).toBe('全科医疗科');
    expect(serviceCategoryName('03.01')).toBe('呼吸内科专业');
    expect(serviceCategoryName('03.04')).toBe('心血管内科专业');
    expect(serviceCategoryName('04.06')).toBe('心脏大血管外科专业');
    expect(serviceCategoryName('07.09')).toBe('小儿内分泌专业');
    expect(serviceCategoryName('16.03')).toBe('肝炎专业');
    expect(serviceCategoryName('20')).toBe('急诊医学科');
    expect(serviceCategoryName('28')).toBe('重症医学科');
    expect(serviceCategoryName('32.10')).toBe('放射治疗专业');
    expect(serviceCategoryName('50.13')).toBe('针灸科专业');
    expect(isServiceCategory('29')).toBe(false);
    expect(isServiceCategory('03.99')).toBe(false);
  });

  test('names each code once, below a parent that is there', () => {
    const all = serviceCategories.map(({ code }) => code);
    expect(new Set(all).size).toBe(all.length);
    for (const { parentCode, name } of serviceCategories) {
      expect(name).not.toBe('');
      if (parentCode !== undefined) expect(all).toContain(parentCode);
    }
    expect(categoryAndAbove('03.04')).toEqual(['03.04', '03']);
    expect(categoryAndAbove('02')).toEqual(['02']);
  });
});

describe('distance', () => {
  test('is right between known places', () => {
    // 平顶山 to 郑州, by their city halls.
    const metres = distanceMetres(
      { latitude: 33.766, longitude: 113.192 },
      { latitude: 34.747, longitude: 113.625 },
    );
    expect(metres).toBeGreaterThan(115_000);
    expect(metres).toBeLessThan(117_000);
    // A degree of latitude.
    expect(distanceMetres({ latitude: 33, longitude: 113 }, { latitude: 34, longitude: 113 })).toBe(111_195);
  });

  test('is the same both ways and never negative', () => {
    const place = fc.record({
      latitude: fc.double({ min: 3, max: 54, noNaN: true }),
      longitude: fc.double({ min: 73, max: 136, noNaN: true }),
    });
    fc.assert(
      fc.property(place, place, (one, other) => {
        const metres = distanceMetres(one, other);
        return metres >= 0 && metres === distanceMetres(other, one) && distanceMetres(one, one) === 0;
      }),
    );
  });
});

test('pages of a list show everything once, in order, whatever their size', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 7 }), (all, limit) => {
      const shown: string[] = [];
      let cursor: string | undefined;
      do {
        const { page, next }: { page: readonly string[]; next?: string } = pageOf(all, (each) => each, {
          cursor,
          limit,
        });
        shown.push(...page);
        cursor = next;
      } while (cursor !== undefined);
      expect(shown).toEqual([...all].sort((one, other) => (one < other ? -1 : 1)));
    }),
  );
});
