import type { Context } from '../../../shared/context.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { DomainEvent } from '../../../shared/data/table.ts';
import { broughtBy } from '../../support/bus.ts';
import type { Dice } from '../../support/dice.ts';

export interface Letter {
  readonly to: Context;
  readonly event: DomainEvent;
}

/** What the stream has told and somebody has not taken yet: in any order, late, twice, and from the start again. */
export class Mail {
  readonly waiting: Letter[] = [];
  readonly #contexts: readonly Context[];
  readonly #sent: Letter[] = [];

  constructor(contexts: readonly Context[]) {
    this.#contexts = contexts;
  }

  onChange(change: Change): void {
    const event = broughtBy(change);
    if (event === undefined) return;
    for (const to of this.#contexts) {
      if (!to.subscriptions.some((one) => one.event === event.type)) continue;
      this.waiting.push({ to, event });
      this.#sent.push({ to, event });
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
