import { strict as assert } from 'node:assert';
import { isQuiet } from '../../../functions/notification/quiet-hours.ts';
import { type Credit, type Message, messages } from '../../../functions/notification/store.ts';
import { templateOf } from '../../../functions/notification/templates.ts';
import { isEnded, TRANSITIONS } from '../../../functions/notification/transitions.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { policyOf } from './scene.ts';

/** The rules told a second time: they hold after every write and at every call of a provider, whoever makes it. */
export class RuleWatch {
  writes = 0;
  /** The first rule that was broken: whoever sends a message swallows what goes wrong, so it is kept until the end. */
  #broken: unknown;
  /** Message and channel → tries begun, tries made, messages that arrived. */
  readonly #begun = new Map<string, number>();
  readonly #made = new Map<string, number>();
  readonly #arrived = new Map<string, number>();

  onChange(change: Change): void {
    this.writes += 1;
    this.#kept(() => this.#look(change));
  }

  #kept(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#broken ??= error;
      throw error;
    }
  }

  #look({ key, old, new: item }: Change): void {
    if (item === undefined) return;
    if (key.sk.startsWith('credit#')) {
      const { left, granted } = item as unknown as Credit;
      assert.ok(left >= 0, 'N3: a credit below zero');
      assert.ok(left <= granted, 'N3: more credits than consents');
    }
    if (!key.sk.startsWith('message#')) return;
    const after = messages.from(item);
    const before = old === undefined ? undefined : messages.from(old);
    if (before !== undefined && before.version !== after.version) this.#move(before, after);
    if (isEnded(after)) {
      assert.equal(item['dueAt'], undefined, 'an ended message has a timer');
      assert.equal(after.lookupPk, undefined, 'an ended message is on a list');
    } else {
      assert.ok(typeof item['dueAt'] === 'string', 'N6: a message waits for nothing');
    }
  }

  #move(before: Message, after: Message): void {
    const next: readonly string[] = TRANSITIONS[before.status];
    assert.ok(next.includes(after.status), `${before.status} became ${after.status}`);
    assert.equal(after.version, before.version + 1, 'a step was left out');
    if (after.status === 'SENDING') count(this.#begun, `${after.messageId} ${after.channel}`);
  }

  /** What the test itself finds wrong inside a provider. */
  fail(rule: string): never {
    this.#kept(() => assert.fail(rule));
    throw new Error(rule);
  }

  /** A provider is called for that message. */
  called(message: Message, channel: string, now: number): void {
    this.#kept(() => this.#judgeCall(message, channel, now));
  }

  #judgeCall({ messageId, template }: Message, channel: string, now: number): void {
    const name = `${messageId} ${channel}`;
    const made = count(this.#made, name);
    assert.ok(made <= (this.#begun.get(name) ?? 0), 'N1: more tries were made than begun');
    const isUrgent = templateOf(template).urgent === true;
    assert.ok(isUrgent || !isQuiet(policyOf().quiet, now), 'N5: sent at night');
  }

  arrived({ messageId }: Message, channel: string): void {
    const times = count(this.#arrived, `${messageId} ${channel}`);
    this.#kept(() => assert.equal(times, 1, `N4: arrived twice by ${channel}`));
  }

  /** When nothing is left to happen. */
  end(all: readonly Message[]): void {
    if (this.#broken !== undefined) throw this.#broken;
    for (const message of all) {
      assert.ok(isEnded(message), `N6: a message ends as ${message.status}`);
      const { messageId, channel, status } = message;
      const arrived = this.#arrived.get(`${messageId} ${channel}`) ?? 0;
      if (status === 'SENT') assert.equal(arrived, 1, 'a message that was sent has not arrived');
      if (status === 'SENT') assert.equal(message.attempts.at(-1)?.outcome, 'SENT');
    }
  }
}

function count(counts: Map<string, number>, name: string): number {
  const next = (counts.get(name) ?? 0) + 1;
  counts.set(name, next);
  return next;
}
