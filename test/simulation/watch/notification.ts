import type { Message } from '../../../functions/notification/store.ts';
import { messages } from '../../../functions/notification/store.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { RuleWatch } from '../../contexts/notification/invariants.ts';
import type { Watch } from '../kernel/part.ts';

/** N1–N6 after every write and at every call of a provider: a message arrives once on each way, and ends. */
export class NotificationWatch implements Watch {
  readonly #rules = new RuleWatch();
  readonly #messages = new Map<string, Message>();
  #broken: unknown;

  onChange(change: Change): void {
    const { key, new: item } = change;
    if (item !== undefined && key.sk.startsWith('message#')) {
      const message = messages.from(item);
      this.#messages.set(message.messageId, message);
    }
    this.#held(() => this.#rules.onChange(change));
  }

  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  all(): readonly Message[] {
    return [...this.#messages.values()];
  }

  called(message: Message, channel: 'WECHAT' | 'SMS', now: number): void {
    this.#held(() => this.#rules.called(message, channel, now));
  }

  arrived(message: Message, channel: 'WECHAT' | 'SMS'): void {
    this.#held(() => this.#rules.arrived(message, channel));
  }

  /** Of the messages made before then. */
  checkAtRest(before: string): void {
    this.check();
    this.#rules.end(this.all().filter(({ createdAt }) => createdAt <= before));
  }

  /** Kept for the next look: a provider's caller would take it for a failure of the provider. */
  #held(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#broken ??= error;
    }
  }
}
