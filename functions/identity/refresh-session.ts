import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { residentOf } from './acting.ts';
import type { residentSession } from './contracts.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { residentSessionOf } from './open-wechat-session.ts';
import { exchangeSession } from './sessions.ts';
import { activeAccount } from './store.ts';

/** Residents only: staff prove their second factor again each working day. */
export async function refreshSession(
  deps: IdentityDeps,
  call: Call,
): Promise<z.input<typeof residentSession>> {
  const actor = residentOf(call);
  const account = await activeAccount(deps, actor.accountId);
  const session = await exchangeSession(deps, actor, policyToday(deps).residentSessionHours);
  return residentSessionOf(deps, account, session);
}
