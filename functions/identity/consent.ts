import type { Value } from '../../shared/data/table.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';

/**
 * C1 Sensitive personal data is taken under the notice in force only (PIPL articles 13, 14 and 29: consent is
 * informed and separate). What is returned goes onto the account in the same write.
 * @throws NOTICE_OUTDATED
 */
export function consentTo(deps: IdentityDeps, noticeVersion: string): Record<string, Value> {
  const inForce = policyToday(deps).noticeVersion;
  if (noticeVersion !== inForce) {
    throw identityErrors.refusal('NOTICE_OUTDATED', { context: { noticeVersion: inForce } });
  }
  return { noticeVersion, noticeAt: instant(deps.clock) };
}
