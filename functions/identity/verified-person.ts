import { dayOf } from '../../shared/kernel/china-time.ts';
import { countAttempt } from './attempts.ts';
import type { Verification } from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { checkedPerson, type Person } from './person.ts';

interface Given {
  readonly name: string;
  readonly idNumber: string;
}

/** Rules of the single use case that need no register, before the attempt is counted. */
type FurtherCheck = (person: Person) => void;

/**
 * Name and number by their format, then by the city's authority. A mistyped number costs no attempt: it tells
 * nothing about anybody.
 * @throws VERIFICATION_FAILED, VERIFICATION_LIMIT, VERIFIER_UNAVAILABLE
 */
export async function verifiedPerson(
  deps: IdentityDeps,
  given: Given,
  { accountId, check = () => {} }: { readonly accountId: string; readonly check?: FurtherCheck },
): Promise<{ readonly person: Person; readonly verification: Verification }> {
  const person = checkedPerson(given, dayOf(deps.clock.now()));
  check(person);
  await countAttempt(deps, accountId);
  return { person, verification: await askAuthority(deps, person) };
}

export async function askAuthority(deps: IdentityDeps, { name, idNumber }: Given): Promise<Verification> {
  const answer = await deps.verifier.verify({ name, idNumber });
  if (answer.answer === 'unavailable') throw identityErrors.refusal('VERIFIER_UNAVAILABLE');
  if (answer.answer === 'mismatch') {
    const reasons = [identityErrors.reason('NAME_MISMATCH')];
    throw identityErrors.refusal('VERIFICATION_FAILED', { reasons });
  }
  return answer.level;
}
