import { addDays, addMonths, ageOn, type Day, instantAt } from '../../shared/kernel/china-time.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import type { StaffRole } from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { IdentityPolicy } from './policy.ts';

/**
 * Which state leads to which. The conditions of the store, the diagrams of the README and the tests read this table.
 */
export const TRANSITIONS = {
  account: { ACTIVE: ['DEACTIVATED'], DEACTIVATED: [] },
  link: { ACTIVE: ['ENDED'], ENDED: ['ACTIVE'] },
  invitation: { OPEN: ['ACCEPTED'], ACCEPTED: [] },
  claim: { OPEN: ['GRANTED', 'REFUSED'], GRANTED: ['OPEN'], REFUSED: ['OPEN'] },
  binding: { ACTIVE: ['SUSPENDED'], SUSPENDED: ['ACTIVE'] },
} as const;

type Machine = keyof typeof TRANSITIONS;
export type StatusOf<M extends Machine> = Extract<keyof (typeof TRANSITIONS)[M], string>;

/** The states a thing may be in before it enters `to`: what a conditional write asks for. */
export function statesBefore<M extends Machine>(machine: M, to: StatusOf<M>): readonly StatusOf<M>[] {
  const rows: Readonly<Record<string, readonly string[]>> = TRANSITIONS[machine];
  return Object.keys(rows).filter((from): from is StatusOf<M> => (rows[from] ?? []).includes(to));
}

// Two characters at least; a minority name's parts are joined by a middle dot (GB/T 2312 has it as U+00B7).
const NAME = /^\p{Script=Han}{1,20}(?:·\p{Script=Han}{1,20})*$/u;

export function nameIsWellFormed(name: string): boolean {
  return NAME.test(name) && [...name].length >= 2 && [...name].length <= 20;
}

/** The day on which somebody completes `years`: one born on 29 February does on 1 March of common years. */
export function dayOfAge(birthDate: Day, years: number): Day {
  const day = addMonths(birthDate, years * 12);
  return day.slice(5) === birthDate.slice(5) ? day : addDays(day, 1);
}

/** G1 Guardianship of a minor ends as their adult birthday begins in China (Civil Code article 17). */
export function guardianshipEndsAt(birthDate: Day, policy: Pick<IdentityPolicy, 'adultAge'>): string {
  return instantAt(dayOfAge(birthDate, policy.adultAge), '00:00');
}

export function isMinor(birthDate: Day, today: Day, policy: Pick<IdentityPolicy, 'adultAge'>): boolean {
  return ageOn(birthDate, today) < policy.adultAge;
}

/**
 * P1 A second account becomes the same person without the desk only with the same name and the same phone,
 * the phone being proven by WeChat, and the registered one the person's own.
 */
export function mayRejoin(
  registered: { readonly nameMatches: boolean; readonly phoneMatches: boolean },
  policy: Pick<IdentityPolicy, 'rejoinByNameAndPhone'>,
): boolean {
  return policy.rejoinByNameAndPhone && registered.nameMatches && registered.phoneMatches;
}

/** S4 Every rule a new password breaks, at once. */
export function passwordFaults(
  password: string,
  loginName: string,
  policy: Pick<IdentityPolicy, 'passwordMinLength'>,
): readonly Reason[] {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  return [
    ...(password.length < policy.passwordMinLength
      ? [identityErrors.reason('PASSWORD_SHORT', { minLength: policy.passwordMinLength })]
      : []),
    ...(kinds < 3 ? [identityErrors.reason('PASSWORD_KINDS')] : []),
    ...(comparable(password).includes(comparable(loginName)) ? [identityErrors.reason('PASSWORD_NAME')] : []),
  ];
}

/** As login names are found and passwords are hashed: in whatever width they were typed, and in any case. */
function comparable(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

const DOCTORS: readonly StaffRole[] = ['family-doctor', 'village-doctor', 'practitioner'];

/** R1 Only the health authority makes a health authority; an administrator grants the other roles. */
export function mayAssign(by: readonly string[], granted: readonly StaffRole[]): boolean {
  return by.includes('health-authority') || !granted.includes('health-authority');
}

/** R2 A doctor's role without a doctor would open nothing and show nobody. */
export function needsPractitioner(granted: readonly StaffRole[]): boolean {
  return granted.some((role) => DOCTORS.includes(role));
}
