import type { Agenda } from '../../clock/time-machine.ts';
import type { Courier } from './courier.ts';
import type { Desk } from './desk.ts';
import { endRefund } from './refund-end.ts';

/** What WeChat does by itself when its time comes: refunds end, and notifications go out. */
export class PayAgenda implements Agenda {
  readonly name = 'wechat-pay';
  readonly #desk: Desk;
  readonly #courier: Courier;

  constructor(desk: Desk, courier: Courier) {
    this.#desk = desk;
    this.#courier = courier;
  }

  /** The earliest moment at which something is due, past ones included; undefined: nothing waits. */
  nextDueAt(): number | undefined {
    return this.#earliest(Number.NEGATIVE_INFINITY);
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    return this.#earliest(instantMs);
  }

  /** Does everything due now, in the order in which it was due. Answers how much that was. */
  runDue(): Promise<number> {
    return this.fireDue(this.#desk.clock.now());
  }

  /** Two at a time do no harm: a sending that is under way is joined. */
  async fireDue(nowMs: number): Promise<number> {
    let done = 0;
    for (let due = this.#due(nowMs); due.length > 0; due = this.#due(nowMs)) {
      for (const { run } of due) await run();
      done += due.length;
    }
    return done;
  }

  #due(nowMs: number): readonly { readonly at: number; readonly run: () => Promise<void> | void }[] {
    return this.#waiting()
      .filter(({ at }) => at <= nowMs)
      .sort((one, other) => one.at - other.at);
  }

  #earliest(afterMs: number): number | undefined {
    const times = this.#waiting().flatMap(({ at }) => (at > afterMs ? [at] : []));
    return times.length === 0 ? undefined : times.reduce((least, at) => Math.min(least, at));
  }

  #waiting(): { readonly at: number; readonly run: () => Promise<void> | void }[] {
    const { books } = this.#desk;
    const refunds = books.waiting('refund').map(([id, { endsAt = 0, ending }]) => ({
      at: endsAt,
      run: () => void endRefund(this.#desk, id, ending),
    }));
    const callbacks = books.waiting('callback').map(([id, { nextAt = 0 }]) => ({
      at: nextAt,
      run: () => this.#courier.send(id),
    }));
    return [...refunds, ...callbacks];
  }
}
