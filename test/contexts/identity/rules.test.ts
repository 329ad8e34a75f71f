import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayOfAge,
  guardianshipEndsAt,
  isMinor,
  mayAssign,
  nameIsWellFormed,
  needsPractitioner,
  passwordFaults,
  statesBefore,
  TRANSITIONS,
} from '../../../functions/identity/rules.ts';
import { totpStep } from '../../../functions/identity/totp.ts';
import { addDays, ageOn, type Day, parseDay } from '../../../shared/kernel/china-time.ts';
import { normaliseName } from '../../../shared/privacy/person-name.ts';

const someDay = fc.integer({ min: 0, max: 45_000 }).map((days) => addDays('1900-01-01', days));

describe('the day somebody reaches an age', () => {
  it('is the first day on which they are that old', () => {
    fc.assert(
      fc.property(someDay, fc.integer({ min: 1, max: 30 }), (birthDate: Day, years) => {
        const day = dayOfAge(birthDate, years);
        expect(ageOn(birthDate, day)).toBe(years);
        expect(ageOn(birthDate, addDays(day, -1))).toBe(years - 1);
      }),
    );
  });

  it('is 1 March of a common year for one born on 29 February', () => {
    expect(dayOfAge(parseDay('2008-02-29'), 18)).toBe('2026-03-01');
    expect(dayOfAge(parseDay('2008-02-29'), 20)).toBe('2028-02-29');
  });

  it('ends guardianship as it begins in China', () => {
    expect(guardianshipEndsAt(parseDay('2019-05-04'), { adultAge: 18 })).toBe('2037-05-03T16:00:00.000Z');
  });
});

it('makes nobody a minor on the day they are of age', () => {
  const [young, old] = (['2026-05-03', '2026-05-04'] as const).map((today) =>
    isMinor('2008-05-04', today, { adultAge: 18 }),
  );
  expect([young, old]).toEqual([true, false]);
});

describe('a name', () => {
  it.each(['张伟', '欧阳娜娜', '阿依古丽·买买提', '㐂田', '𠮷'.repeat(20)])('may be %s', (name) => {
    expect(nameIsWellFormed(name)).toBe(true);
  });

  it.each([
    '张',
    'Zhang',
    '张3',
    '·张伟',
    '张伟·',
    '张伟!',
    '',
    '张'.repeat(21),
    `${'张'.repeat(10)}·${'张'.repeat(10)}`,
  ])('may not be "%s"', (name) => {
    expect(nameIsWellFormed(name)).toBe(false);
  });

  it('is compared without blanks and with one kind of dot', () => {
    expect(normaliseName(' 阿依 古丽•买买提 ')).toBe('阿依古丽·买买提');
  });
});

describe('a password', () => {
  const faults = (password: string) =>
    passwordFaults(password, 'wang', { passwordMinLength: 10 }).map(({ code }) => code);

  it('needs length, three kinds of characters and not the name', () => {
    expect(faults('Horse-battery')).toEqual([]);
    expect(faults('horse-battery')).toEqual(['PASSWORD_KINDS']);
    expect(faults('Ho-1')).toEqual(['PASSWORD_SHORT']);
    expect(faults('WANG-battery1')).toEqual(['PASSWORD_NAME']);
  });

  it.each([
    ['Wang-battery1', ' wang '],
    ['Wang-battery1', 'ｗａｎｇ'],
    ['Ｗａｎｇ-Battery1', 'wang'],
  ])('must not hold the name in whatever way either is typed: %s of %s', (password, loginName) => {
    expect(passwordFaults(password, loginName, { passwordMinLength: 10 })).toMatchObject([
      { code: 'PASSWORD_NAME' },
    ]);
  });

  it.each(['HORSEBATTERY1', 'Horsebattery', 'horse-battery', '1234567890-', 'horsebattery1'])(
    'has two kinds of characters only where it is "%s"',
    (password) => {
      expect(faults(password)).toEqual(['PASSWORD_KINDS']);
    },
  );

  it('is long enough at the very length, which it is told otherwise', () => {
    expect(faults('Horse-batt')).toEqual([]);
    expect(passwordFaults('Horse-bat', 'wang', { passwordMinLength: 10 })).toMatchObject([
      { code: 'PASSWORD_SHORT', detail: { minLength: 10 } },
    ]);
  });
});

describe('states', () => {
  it('are entered from where the table says and from nowhere else', () => {
    expect(statesBefore('account', 'DEACTIVATED')).toEqual(['ACTIVE']);
    expect(statesBefore('account', 'ACTIVE')).toEqual([]);
    expect(statesBefore('link', 'ACTIVE')).toEqual(['ENDED']);
    expect(statesBefore('invitation', 'ACCEPTED')).toEqual(['OPEN']);
    expect(statesBefore('claim', 'GRANTED')).toEqual(['OPEN']);
    expect(statesBefore('claim', 'OPEN')).toEqual(['GRANTED', 'REFUSED']);
    expect(statesBefore('binding', 'SUSPENDED')).toEqual(['ACTIVE']);
  });

  it('lead only to states of the same table', () => {
    for (const rows of Object.values(TRANSITIONS)) {
      expect(Object.keys(rows)).toEqual(expect.arrayContaining(Object.values(rows).flat()));
    }
  });
});

it('lets only a health authority make one', () => {
  expect(mayAssign(['institution-administrator'], ['clerk', 'institution-administrator'])).toBe(true);
  expect(mayAssign(['institution-administrator'], ['health-authority'])).toBe(false);
  expect(mayAssign(['health-authority'], ['health-authority'])).toBe(true);
});

it.each([
  [['family-doctor'], true],
  [['clerk', 'village-doctor'], true],
  [['practitioner', 'clerk'], true],
  [['clerk', 'institution-administrator'], false],
  [[], false],
] as const)('asks for a doctor where %j are granted: %s', (roles, needed) => {
  expect(needsPractitioner(roles)).toBe(needed);
});

describe('a one-time password', () => {
  // RFC 6238 appendix B, SHA-1, the last six of its eight digits; the secret is `12345678901234567890`.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  it.each([
    [59, '287082', 1],
    [1_111_111_109, '081804', 37_037_036],
    [1_111_111_111, '050471', 37_037_037],
    [1_234_567_890, '005924', 41_152_263],
    [2_000_000_000, '279037', 66_666_666],
    [20_000_000_000, '353130', 666_666_666],
  ])('at %i s is %s, of step %i', (seconds, code, step) => {
    expect(totpStep(secret, code, { epochMs: seconds * 1000, windowSteps: 0 })).toBe(step);
    expect(totpStep(secret, code, { epochMs: (seconds + 30) * 1000, windowSteps: 0 })).toBeUndefined();
    expect(totpStep(secret, code, { epochMs: (seconds + 30) * 1000, windowSteps: 1 })).toBe(step);
  });
});
