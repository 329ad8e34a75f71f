import { dayOf } from '../../shared/kernel/china-time.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { accounts } from './store.ts';

/**
 * V2 Attempts that reach the register are counted per account and day in China, before they are made.
 * @throws VERIFICATION_LIMIT
 */
export async function countAttempt(deps: IdentityDeps, accountId: string): Promise<void> {
  const { verificationAttemptsPerDay: limit } = policyToday(deps);
  const day = dayOf(deps.clock.now());
  const more = await accounts.update(
    deps.table,
    accountId,
    { add: { 'attempts.count': 1 } },
    { if: { 'attempts.day': day, 'attempts.count': { lt: limit } } },
  );
  if (more.ok) return;
  const first = await accounts.update(
    deps.table,
    accountId,
    { set: { attempts: { day, count: 1 } } },
    { if: { $exists: true, 'attempts.day': { ne: day } } },
  );
  if (first.ok) return;
  const again = await accounts.update(
    deps.table,
    accountId,
    { add: { 'attempts.count': 1 } },
    { if: { 'attempts.day': day, 'attempts.count': { lt: limit } } },
  );
  if (!again.ok) throw identityErrors.refusal('VERIFICATION_LIMIT', { context: { limit } });
}
