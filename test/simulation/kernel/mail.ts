import type { Context } from '../../../shared/context.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Dice } from '../../support/dice.ts';

export interface Letter {
  readonly to: Context;
  readonly type: string;
  readonly event: string;
}

/** What the stream has told and somebody has not taken yet: in any order, late, twice, and from the start again. */
export class Mail {
  readonly waiting: Letter[] = [];
  readonly #contexts: readonly Context[];
  readonly #sent: Letter[] = [];

  constructor(contexts: readonly Context[]) {
    this.#contexts = contexts;
  }

  onChange({ old, new: item }: Change): void {
    const event = item?.['event'];
    if (typeof event !== 'string' || item?.['eventId'] === old?.['eventId']) return;
    const type = String(item?.['eventType']);
    for (const to of this.#contexts) {
      if (!to.subscriptions.some((one) => one.event === type)) continue;
      this.waiting.push({ to, type, event });
      this.#sent.push({ to, type, event });
    }
  }

  /** One of those that wait, and now and then it stays there as well. */
  take(dice: Dice, twice: number): Letter | undefined {
    const index = dice.below(this.waiting.length);
    return dice.next() < twice ? this.waiting[index] : this.waiting.splice(index, 1)[0];
  }

  first(): Letter | undefined {
    return this.waiting.shift();
  }

  again(letters: readonly Letter[]): void {
    this.waiting.push(...letters);
  }

  /** The stream is read again from an earlier point. Answers how many letters come once more. */
  replay(dice: Dice, most: number): number {
    const from = Math.max(0, this.#sent.length - 1 - dice.below(most));
    const once = this.#sent.slice(from);
    this.waiting.push(...once);
    return once.length;
  }
}
