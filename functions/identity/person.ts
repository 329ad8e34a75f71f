import type { Day } from '../../shared/kernel/china-time.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { normaliseName } from '../../shared/privacy/person-name.ts';
import {
  checkResidentId,
  normaliseResidentId,
  type ResidentIdProblem,
} from '../../shared/privacy/resident-id.ts';
import type { Sex } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { nameIsWellFormed } from './rules.ts';

/** Somebody whose name and number are well-formed; birth date and sex are what the number says. */
export interface Person {
  readonly name: string;
  /** 18 characters, upper case. */
  readonly idNumber: string;
  readonly birthDate: Day;
  readonly sex: Sex;
}

const CODES = {
  LENGTH: 'ID_NUMBER_LENGTH',
  CHARACTERS: 'ID_NUMBER_LENGTH',
  PROVINCE: 'ID_NUMBER_AREA',
  BIRTH_DATE: 'ID_NUMBER_DATE',
  BIRTH_DATE_TOO_EARLY: 'ID_NUMBER_DATE',
  BIRTH_DATE_IN_FUTURE: 'ID_NUMBER_DATE',
  CHECK_CHARACTER: 'ID_NUMBER_CHECK_DIGIT',
} as const satisfies Record<ResidentIdProblem, string>;

/** V1 Name and number are judged together and every problem is told at once. @throws VERIFICATION_FAILED */
export function checkedPerson(
  given: { readonly name: string; readonly idNumber: string },
  today: Day,
): Person {
  const name = normaliseName(given.name);
  const idNumber = normaliseResidentId(given.idNumber);
  const check = checkResidentId(idNumber, today);
  const reasons: Reason[] = nameIsWellFormed(name) ? [] : [identityErrors.reason('NAME_FORMAT')];
  if (!check.ok) {
    const codes = new Set(check.problems.map((problem) => CODES[problem]));
    reasons.push(...[...codes].map((code) => identityErrors.reason(code)));
  }
  if (reasons.length > 0 || !check.ok) throw identityErrors.refusal('VERIFICATION_FAILED', { reasons });
  return { name, idNumber, birthDate: check.birthDate, sex: check.sex };
}
