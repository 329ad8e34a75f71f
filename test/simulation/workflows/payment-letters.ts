import { payment } from '../../../functions/payment/context.ts';
import { createApi } from '../../../shared/http/api.ts';
import type { Message } from '../../contexts/payment/interleaving-provider.ts';
import { PaymentRuleBroken } from '../../contexts/payment/invariants.ts';
import { deliverLetter, type PaymentApi } from '../../contexts/payment/letters.ts';
import { Dice } from '../../support/dice.ts';
import type { City } from '../kernel/city.ts';
import type { Container } from '../kernel/container.ts';
import { seedOf } from '../kernel/random.ts';
import type { Cashier } from './payment.ts';

/** WeChat's notifications at payment's door, which stands in one of the containers and may die while it reads. */
export class Letters {
  readonly #city: City;
  readonly #domain: string;
  readonly #doors = new WeakMap<object, PaymentApi>();
  #sent = 0;

  constructor(city: City, domain: string) {
    this.#city = city;
    this.#domain = domain;
  }

  /** Answers the status; undefined: nobody answered. */
  async post(message: Message): Promise<number | undefined> {
    const { scheduler, containers, seed, clock } = this.#city;
    if (!scheduler.isOn) return this.#knock(this.#city.direct, message);
    this.#sent += 1;
    const id = `letter.${this.#sent}`;
    const dice = new Dice(seedOf(seed, id));
    const home = dice.pick(containers);
    this.#city.tell(() => `${this.#city.now()} ${id} in ${home.name}: WeChat knocks at ${message.url}`);
    return new Promise((resolve) => {
      scheduler.start(
        { id, home, dice, since: clock.now() },
        async () => resolve(await this.#knock(home, message)),
        () => resolve(undefined),
      );
    });
  }

  /**
   * Rule P4: a notification comes again while everybody else stands still. The second time, and the first if it had
   * been taken before, it changes nothing.
   */
  async replay(cashier: Cashier, id: string): Promise<void> {
    const { provider } = cashier;
    const before = provider.desk.books.get('callback', id);
    const wasTaken = before?.state === 'DELIVERED';
    for (const isKnown of [wasTaken, true]) {
      const { changes } = cashier;
      const status = await this.#knock(this.#city.direct, provider.message(id));
      if (status !== 200) throw new PaymentRuleBroken(`P4: a true notification was answered ${status}`);
      if (isKnown && cashier.changes !== changes)
        throw new PaymentRuleBroken(`P4: a ${before?.eventType} that was taken changed something again`);
    }
  }

  async replayAll(cashier: Cashier): Promise<void> {
    for (const id of cashier.provider.desk.books.all('callback').keys()) await this.replay(cashier, id);
  }

  async #knock(home: Container, { url, headers, body }: Message): Promise<number | undefined> {
    const { pathname, hostname, search } = new URL(url);
    if (hostname !== this.#domain || search !== '') return undefined;
    const { deps } = home;
    const api = this.#doors.get(deps) ?? createApi(payment, deps);
    this.#doors.set(deps, api);
    return (await deliverLetter({ api }, { path: pathname, headers, body })).statusCode;
  }
}
