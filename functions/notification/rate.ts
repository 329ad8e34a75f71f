import type { Deps } from '../../shared/deps.ts';
import { policyNow } from './message-moves.ts';
import type { Channel } from './policy.ts';
import { rates } from './store.ts';

type Provider = Exclude<Channel, 'PHONE'>;

/** Whether one more message may go to the provider within this second. */
export type TakeTurn = (provider: Provider) => Promise<boolean>;

/** So much of a second's messages a container takes at a time: a write for many, and little lost when it dies. */
const SHARES = 20;
const KEPT_SECONDS = 3_600;

/**
 * The rate of the whole city: each second has an item that counts what containers have taken of it, so that no number of
 * them goes beyond policy. What a container took and did not use is gone with its second.
 */
export function createTurns(deps: Pick<Deps, 'table' | 'clock' | 'city'>): TakeTurn {
  const held = new Map<Provider, { readonly second: number; left: number }>();
  return async (provider) => {
    const second = Math.floor(deps.clock.now() / 1000);
    const mine = held.get(provider);
    if (mine?.second === second && mine.left > 0) {
      mine.left -= 1;
      return true;
    }
    const most = policyNow(deps).perSecond[provider];
    const share = Math.max(1, Math.floor(most / SHARES));
    const outcome = await rates.update(
      deps.table,
      { channel: provider, second },
      { add: { taken: share }, set: { expiresAt: second + KEPT_SECONDS } },
      { if: { $any: [{ $exists: false }, { taken: { le: most - share } }] } },
    );
    if (!outcome.ok) return false;
    held.set(provider, { second, left: share - 1 });
    return true;
  };
}
