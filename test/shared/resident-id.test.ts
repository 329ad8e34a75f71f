import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../../shared/kernel/china-time.ts';
import { checkResidentId, upgradeResidentId } from '../../shared/privacy/resident-id.ts';

// Its types promise a default export that the CommonJS module does not have.
const idcard: typeof import('idcard').default = createRequire(import.meta.url)('idcard');

const today = '2026-11-22';
const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
const birthDate = fc
  .integer({ min: 0, max: daysBetween('1900-01-01', '2026-01-01') })
  .map((days) => addDays('1900-01-01', days).replaceAll('-', ''));

/** Mostly plausible numbers: any prefix, a date that often exists, any check character. */
const someNumber = fc
  .tuple(
    digits(6),
    fc.oneof({ weight: 4, arbitrary: birthDate }, { weight: 1, arbitrary: fc.constant('19990229') }),
    digits(3),
    fc.constantFrom(...'0123456789X'),
  )
  .map((parts) => parts.join(''));

/** The same, with a check character that some valid number has: all eleven are tried. */
const validNumber = fc
  .tuple(fc.constantFrom('110105', '410425', '310112', '451200', '830000'), birthDate, digits(3))
  .map((parts) => parts.join(''))
  .map(
    (body) => [...'0123456789X'].map((check) => body + check).find((number) => idcard.verify(number)) ?? '',
  );

describe('a resident identity number', () => {
  it.each([
    ['11010519491231002X', { birthDate: '1949-12-31', sex: 'female', divisionCode: '110105' }],
    ['440524188001010014', { birthDate: '1880-01-01', sex: 'male', divisionCode: '440524' }],
    ['11010519491231002x', { birthDate: '1949-12-31', sex: 'female', divisionCode: '110105' }],
  ])('%s of the standard is read', (number, expected) => {
    expect(checkResidentId(number, today)).toEqual({ ok: true, ...expected });
  });

  it.each([
    ['', ['LENGTH']],
    ['1101051949123100', ['LENGTH']],
    [' 11010519491231002X', ['LENGTH']],
    ['1101051949123100AX', ['CHARACTERS']],
    ['１１０１０５１９４９１２３１００２Ｘ', ['CHARACTERS']],
    ['110105194912310021', ['CHECK_CHARACTER']],
    ['110105199902290019', ['BIRTH_DATE', 'CHECK_CHARACTER']],
    ['990105199913320010', ['PROVINCE', 'BIRTH_DATE', 'CHECK_CHARACTER']],
    ['000105204912310021', ['PROVINCE', 'BIRTH_DATE_IN_FUTURE', 'CHECK_CHARACTER']],
    ['110105179912310020', ['BIRTH_DATE_TOO_EARLY', 'CHECK_CHARACTER']],
  ])('%j shows all its problems', (number, problems) => {
    expect(checkResidentId(number, today)).toEqual({ ok: false, problems });
  });

  it('may be of one born today and of none born tomorrow', () => {
    const problemsOn = (day: '2026-11-22' | '2026-11-21') => {
      const check = checkResidentId('110105202611220010', day);
      return check.ok ? [] : check.problems;
    };
    expect(problemsOn('2026-11-22')).not.toContain('BIRTH_DATE_IN_FUTURE');
    expect(problemsOn('2026-11-21')).toContain('BIRTH_DATE_IN_FUTURE');
  });

  it('is accepted exactly when the idcard package accepts it', () => {
    fc.assert(
      fc.property(someNumber, (number) => checkResidentId(number, today).ok === idcard.verify(number)),
      { numRuns: 3000 },
    );
  });

  it('agrees with the idcard package on every province', () => {
    const prefixes = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));
    const numbers = prefixes.map((prefix) => upgradeResidentId(`${prefix}0000800101123`) ?? '');
    const accepted = numbers.filter((number) => checkResidentId(number, today).ok);
    expect(accepted).toHaveLength(35);
    expect(accepted).toEqual(numbers.filter((number) => idcard.verify(number)));
  });

  it('of a valid kind is read with the sex the idcard package reads', () => {
    fc.assert(
      fc.property(validNumber, (number) => {
        const check = checkResidentId(number, today);
        const oracle = idcard.info(number);
        expect(check.ok && check.sex).toBe(oracle.valid && oracle.gender === 'M' ? 'male' : 'female');
      }),
      { numRuns: 300 },
    );
  });

  it('is refused after any single digit is changed or two neighbours are swapped', () => {
    fc.assert(
      fc.property(validNumber, fc.nat(16), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
        const other = (Number(number[at]) + by) % 10;
        const changed = number.slice(0, at) + other + number.slice(at + 1);
        expect(checkResidentId(changed, today).ok).toBe(false);
        const swapped = number.slice(0, at) + number[at + 1] + number[at] + number.slice(at + 2);
        if (swapped !== number) expect(checkResidentId(swapped, today).ok).toBe(false);
      }),
    );
  });
});

describe('a number of 15 digits', () => {
  it('is refused as it stands, and upgraded as the idcard package does', () => {
    fc.assert(
      fc.property(digits(12), fc.integer({ min: 0, max: 995 }), (head, sequence) => {
        const old = head + String(sequence).padStart(3, '0');
        expect(checkResidentId(old, today)).toEqual({ ok: false, problems: ['LENGTH'] });
        const oracle = idcard.upgrade15To18(old);
        if (oracle.code === 0) expect(upgradeResidentId(old)).toBe(oracle.card);
      }),
    );
  });

  it.each([
    ['110105491231002', '11010519491231002X'],
    ['440524800101998', '440524188001019980'],
  ])('%s becomes %s', (old, upgraded) => {
    expect(upgradeResidentId(old)?.slice(0, 17)).toBe(upgraded.slice(0, 17));
    expect(checkResidentId(upgradeResidentId(old) ?? '', today).ok).toBe(true);
  });

  it.each(['', '11010519491231002X', '11010549123100a'])('%j is none', (text) => {
    expect(upgradeResidentId(text)).toBeUndefined();
  });
});
