import { type Day, isDay } from '../kernel/china-time.ts';

/**
 * Resident identity numbers (公民身份号码) by GB 11643-1999: six digits of division code, eight of birth date, three of
 * sequence (odd: male), one check character by ISO 7064 MOD 11-2.
 *
 * The division is that of the time of issue, and many of those codes have been retired since, so only the province
 * is judged. Foreigners' permanent residence cards (first digit 9) follow another standard and are no residents' ids.
 */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/** GB/T 2260 provinces; 81 to 83 stand on the residence permits of Hong Kong, Macao and Taiwan residents. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
);

/** Sequences that 15-digit numbers kept for people over a hundred, born in the 1800s. */
const CENTENARIAN_SEQUENCES = new Set(['996', '997', '998', '999']);

export type ResidentIdProblem =
  | 'LENGTH'
  | 'CHARACTERS'
  | 'PROVINCE'
  | 'BIRTH_DATE'
  | 'BIRTH_DATE_TOO_EARLY'
  | 'BIRTH_DATE_IN_FUTURE'
  | 'CHECK_CHARACTER';

export type ResidentIdCheck =
  | {
      readonly ok: true;
      readonly birthDate: Day;
      readonly sex: 'male' | 'female';
      /** Six digits, as at the time of issue. */
      readonly divisionCode: string;
    }
  | { readonly ok: false; readonly problems: readonly ResidentIdProblem[] };

/** Judges an 18-character number (an `x` counts as `X`, nothing is trimmed) and lists every problem at once. */
export function checkResidentId(number: string, today: Day): ResidentIdCheck {
  if (number.length !== 18) return { ok: false, problems: ['LENGTH'] };
  if (!/^\d{17}[\dXx]$/.test(number)) return { ok: false, problems: ['CHARACTERS'] };
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  const problems: ResidentIdProblem[] = [];
  if (!PROVINCES.has(number.slice(0, 2))) problems.push('PROVINCE');
  if (!isDay(birthDate)) problems.push('BIRTH_DATE');
  else if (birthDate < '1800-01-01') problems.push('BIRTH_DATE_TOO_EARLY');
  else if (birthDate > today) problems.push('BIRTH_DATE_IN_FUTURE');
  if (checkCharacter(number) !== number.slice(17).toUpperCase()) problems.push('CHECK_CHARACTER');
  if (problems.length > 0 || !isDay(birthDate)) return { ok: false, problems };
  return {
    ok: true,
    birthDate,
    sex: Number(number[16]) % 2 === 1 ? 'male' : 'female',
    divisionCode: number.slice(0, 6),
  };
}

/**
 * The 18-character form of a 15-digit number of the first generation (not issued since 1999), or undefined when it
 * does not consist of 15 digits. Whether it is plausible is for `checkResidentId` to say.
 */
export function upgradeResidentId(number: string): string | undefined {
  if (!/^\d{15}$/.test(number)) return undefined;
  const century = CENTENARIAN_SEQUENCES.has(number.slice(12)) ? '18' : '19';
  const body = `${number.slice(0, 6)}${century}${number.slice(6)}`;
  return `${body}${checkCharacter(body)}`;
}

/** As typed or read from a card: full-width digits, blanks, a small x, the 15 digits of before 1999. */
export function normaliseResidentId(text: string): string {
  const number = text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
  return upgradeResidentId(number) ?? number;
}

function checkCharacter(number: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(number[i]), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}
