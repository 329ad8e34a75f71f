import type { Deps } from '../../shared/deps.ts';
import { policyNow } from './message-moves.ts';
import type { Channel } from './policy.ts';
import { rates } from './store.ts';

type Provider = Exclude<Channel, 'PHONE'>;

/** Whether one more message may go to the provider within this second. */
export type TakeTurn = (provider: Provider) => Promise<boolean>;

/** The most a container takes of a second beyond what it needs at once: a twentieth. */
const SHARES = 20;
const KEPT_SECONDS = 3_600;
/** Of one message for its turn: a second may be over each time that it is answered. */
const MOST_WAITS = 3;

/** What a container holds of a second. */
interface Share {
  readonly second: number;
  left: number;
  /** What it asks for next, if no more wait. */
  next: number;
  isFull: boolean;
}

/**
 * The rate of the whole city: each second has an item that counts what containers have taken of it, so that no number of
 * them goes beyond policy. A container takes one turn first, then two, four and more: one that handles an event leaves
 * the second to a hundred others, one that sweeps does not write for each message. What it took and did not use is
 * gone with its second.
 */
export function createTurns(deps: Pick<Deps, 'table' | 'clock' | 'city'>): TakeTurn {
  const queues = { WECHAT: createQueue(deps, 'WECHAT'), SMS: createQueue(deps, 'SMS') };
  return (provider) => queues[provider]();
}

function createQueue(deps: Pick<Deps, 'table' | 'clock' | 'city'>, provider: Provider) {
  let share: Share | undefined;
  let asking: Promise<void> | undefined;
  let waiting = 0;
  const present = (): Share => {
    const second = Math.floor(deps.clock.now() / 1000);
    if (share?.second !== second) share = { second, left: 0, next: 1, isFull: false };
    return share;
  };
  const turn = async (): Promise<boolean> => {
    for (let waits = 0; ; waits += 1) {
      const held = present();
      if (held.left > 0) {
        held.left -= 1;
        return true;
      }
      if (held.isFull || waits >= MOST_WAITS) return false;
      // Whoever else wants a turn meanwhile waits for the same answer, and is counted in the next question.
      asking ??= takeMore(deps, { provider, share: held, waiting }).finally(() => {
        asking = undefined;
      });
      await asking;
    }
  };
  return async (): Promise<boolean> => {
    waiting += 1;
    try {
      return await turn();
    } finally {
      waiting -= 1;
    }
  };
}

/** Fills the share of its second, as far as there is anything left in it. */
async function takeMore(
  deps: Pick<Deps, 'table' | 'clock' | 'city'>,
  {
    provider,
    share,
    waiting,
  }: { readonly provider: Provider; readonly share: Share; readonly waiting: number },
): Promise<void> {
  const most = policyNow(deps).perSecond[provider];
  const ahead = Math.min(share.next, Math.max(1, Math.floor(most / SHARES)));
  let wanted = Math.min(most, Math.max(waiting, ahead));
  // Where fewer are left than were asked for, these.
  for (let tries = 0; tries < 2 && wanted > 0; tries += 1) {
    const outcome = await rates.update(
      deps.table,
      { channel: provider, second: share.second },
      { add: { taken: wanted }, set: { expiresAt: share.second + KEPT_SECONDS } },
      { if: { $any: [{ $exists: false }, { taken: { le: most - wanted } }] } },
    );
    if (outcome.ok) {
      share.left += wanted;
      share.next = 2 * ahead;
      return;
    }
    wanted = Math.min(wanted, most - Number(outcome.current?.taken ?? most));
  }
  share.isFull = true;
}
