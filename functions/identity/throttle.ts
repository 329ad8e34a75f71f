import { entity } from '../../shared/data/entity.ts';
import type { Deps } from '../../shared/deps.ts';
import { identityErrors } from './errors.ts';
import type { IdentityPolicy } from './policy.ts';

interface Throttle {
  readonly failures: number;
  /** Epoch milliseconds: failures are forgotten, and a lock ends, at this time. */
  readonly untilMs: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

interface Subject {
  readonly kind: 'login' | 'second-factor' | 'activation' | 'password';
  /** An account, or the blind index of a login name that may not exist. */
  readonly id: string;
}

const throttles = entity<Subject, Throttle>('identity', 'throttle', ({ kind, id }) => ({
  pk: `identity#throttle#${id}`,
  sk: kind,
}));

type Limits = Pick<IdentityPolicy, 'lockoutFailures' | 'lockoutMinutes'>;

/**
 * L1 Every try is counted before it is judged, so that a thousand tries at once are no more than the limit; a
 * success forgets them. A login name that does not exist is counted alike, so that a lock tells nothing.
 * @throws LOCKED
 */
export async function countTry(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  subject: Subject,
  { lockoutFailures, lockoutMinutes }: Limits,
): Promise<void> {
  const now = clock.now();
  const untilMs = now + lockoutMinutes * 60_000;
  const lease = { untilMs, expiresAt: Math.ceil(untilMs / 1000) };
  const isOver = { $any: [{ $exists: false }, { untilMs: { le: now } }] };
  const restarted = await throttles.update(
    table,
    subject,
    { set: { failures: 1, ...lease } },
    { if: isOver },
  );
  if (restarted.ok) return;
  const counted = await throttles.update(
    table,
    subject,
    { add: { failures: 1 }, set: lease },
    { if: { $any: [{ $exists: false }, { failures: { lt: lockoutFailures } }] } },
  );
  if (counted.ok) return;
  const until = new Date(counted.current?.untilMs ?? untilMs).toISOString();
  throw identityErrors.refusal('LOCKED', { context: { until } });
}

export async function forgetTries({ table }: Pick<Deps, 'table'>, subject: Subject): Promise<void> {
  await throttles.delete(table, subject);
}
