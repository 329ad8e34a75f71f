import { strict as assert } from 'node:assert';
import { expect, test } from 'vitest';
import { notification } from '../../../functions/notification/context.ts';
import { addConsents } from '../../../functions/notification/credits.ts';
import type { NotificationDeps } from '../../../functions/notification/notification-deps.ts';
import { PHONE_STEPS, takePhoneStep } from '../../../functions/notification/phone-tasks.ts';
import { credits, type Message, messages } from '../../../functions/notification/store.ts';
import type { TemplateName } from '../../../functions/notification/templates.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import { phoneItem } from '../../../shared/access/phone-view.ts';
import type { Value } from '../../../shared/data/table.ts';
import type { SmsOutcome } from '../../../shared/sms/sms-provider.ts';
import type { SubscribeOutcome } from '../../../shared/wechat/subscribe-message.ts';
import { createWorker } from '../../../shared/worker.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, isCodeOnly, type Operation, Turns } from '../../support/interleaving.ts';
import { LAMBDA } from '../booking/scene.ts';
import { RuleWatch } from './invariants.ts';
import { BOOKED, HOSPITAL, PATIENT, policyOf, REMINDER } from './scene.ts';

/**
 * Random interleavings: events that come twice and in any order, sweeps, consents, a clinic that calls, each call to the
 * table and to the providers let through one by one, some failing or going unanswered, the rules checked at every one.
 */

const COUNT = Number(process.env['NOTIFICATION_INTERLEAVINGS'] ?? 150);
const MISFORTUNE = 0.03;
const ACCOUNTS = ['account-1', 'account-2'] as const;
/** An hour before the quiet hours begin. */
const EVENING = '2026-03-02T12:30:00.000Z';

const EVENTS: readonly (readonly [string, Readonly<Record<string, Value>>])[] = [
  ['booking.appointment-booked', BOOKED],
  ['booking.appointment-cancelled-by-hospital', BOOKED],
  ['payment.settlement-paid', { settlementId: 'S1', patientId: PATIENT, totalFen: 100 }],
  ['payment.settlement-paid', { settlementId: 'S2', patientId: PATIENT, totalFen: 200 }],
  ['followup.reminder-due', REMINDER],
  ['followup.emergency', { ...REMINDER, reason: 'X' }],
];
const TEMPLATES: readonly TemplateName[] = [
  'APPOINTMENT_BOOKED',
  'APPOINTMENT_CANCELLED',
  'PAYMENT_RECEIVED',
  'FOLLOW_UP_REMINDER',
  'FOLLOW_UP_EMERGENCY',
];

class Interleaving {
  readonly watch = new RuleWatch();
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #scene: TestDeps;
  readonly #deps: NotificationDeps;
  readonly #worker: ReturnType<typeof createWorker>;
  /** Consents as WeChat counts them, by openid and template id. */
  readonly #consents = new Map<string, number>();
  readonly #requestIds = new Set<string>();
  readonly #told = new Map<string, readonly [string, object]>();

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#turns = new Turns(this.#dice, MISFORTUNE);
    this.#scene = testDeps({
      start: EVENING,
      city: cityWith('demo', 'notification', policyOf({ perSecond: { WECHAT: 2, SMS: 2 } })),
      memory: { onChange: (change) => this.watch.onChange(change) },
    });
    const base = { ...this.#scene, table: this.#turns.table(this.#scene.table) };
    const providers = {
      weChatMessages: { send: (sent: { openid: string; templateId: string }) => this.#weChat(sent) },
      sms: { send: ({ requestId }: { requestId: string }) => this.#sms(requestId) },
    };
    this.#deps = notification.provide({ ...base, ...providers } as never) as NotificationDeps;
    this.#worker = createWorker(notification, this.#deps);
  }

  async prepare(): Promise<void> {
    const { table } = this.#scene;
    for (const accountId of ACCOUNTS) {
      const since = '2026-01-01T00:00:00.000Z';
      await table.put(relationItem({ patientId: PATIENT, kind: 'GUARDIAN', holderId: accountId, since }));
      await table.put(await openidItem(this.#scene, accountId, accountId));
    }
    await table.put(await phoneItem(this.#scene, ACCOUNTS[0], '13800000001'));
  }

  run(operations: number): Promise<Map<string, number>> {
    return interleave(operations, {
      dice: this.#dice,
      turns: this.#turns,
      starts: 0.25,
      passes: 0.03,
      next: () => this.#next(),
      passTime: () => this.#scene.clock.advance(this.#dice.below(20 * 60_000)),
      endingOf: (error) => (isCodeOnly(error) ? (error as Error).name : undefined),
    });
  }

  /** The bus delivers what was not taken; time passes until nothing is left to happen. */
  async settle(): Promise<readonly Message[]> {
    this.#turns.end();
    for (const [id, [type, data]] of this.#told) await this.#tell(id, type, data);
    for (let steps = 0; ; steps += 1) {
      const due = this.#scene
        .all()
        .flatMap(({ dueAt }) => (typeof dueAt === 'string' ? [Date.parse(dueAt)] : []));
      if (due.length === 0) break;
      assert.ok(steps < 2_000, 'it never comes to rest');
      this.#scene.clock.advance(Math.max(1_000, Math.min(...due) - this.#scene.clock.now()));
      await this.#worker({ sweep: true }, LAMBDA);
    }
    const all = this.#messages();
    this.watch.end(all);
    for (const accountId of ACCOUNTS)
      for (const template of TEMPLATES) {
        const ours = (await credits.get(this.#scene.table, { accountId, template }))?.left ?? 0;
        const theirs = this.#consents.get(`${accountId} ${template}`) ?? 0;
        assert.ok(ours <= theirs, 'N3: we count on a consent that WeChat does not know');
      }
    return all;
  }

  #next(): Operation {
    const what = this.#dice.weighted({ tell: 5, sweep: 4, consent: 3, call: 4 });
    switch (what) {
      case 'tell': {
        const [type, data] = this.#dice.pick(EVENTS);
        const id = `${type} ${JSON.stringify(data)}`;
        this.#told.set(id, [type, data]);
        return [what, () => this.#tell(id, type, data)];
      }
      case 'sweep':
        return [what, () => this.#worker({ sweep: true }, LAMBDA)];
      case 'consent': {
        const [accountId, template] = [this.#dice.pick(ACCOUNTS), this.#dice.pick(TEMPLATES)];
        const requestKey = `report-${this.#dice.below(1_000)}`;
        const name = `${accountId} ${template}`;
        this.#consents.set(name, (this.#consents.get(name) ?? 0) + 1);
        return [what, () => addConsents(this.#deps, accountId, { requestKey, accepted: [template] })];
      }
      case 'call': {
        const tasks = this.#messages().filter(({ calls }) => calls !== undefined);
        const task = tasks.length === 0 ? undefined : this.#dice.pick(tasks);
        const step = task?.status === 'PHONE' ? 'claim' : this.#dice.pick(PHONE_STEPS);
        const doer = { by: this.#dice.pick(['nurse-1', 'nurse-1', 'nurse-2']), role: 'nurse' };
        const requestKey = `call-${this.#dice.below(1_000_000)}`;
        if (task === undefined) return [what, async () => 'nothing to call about'];
        const id = { ...task, institutionId: HOSPITAL };
        return [what, () => takePhoneStep(this.#deps, id, step, { doer, requestKey })];
      }
    }
  }

  async #tell(id: string, type: string, data: object): Promise<void> {
    const event = JSON.stringify({ id, type, at: EVENING, data });
    await this.#worker({ detail: { type, event } } as never, LAMBDA);
  }

  #messages(): readonly Message[] {
    return this.#scene
      .all()
      .filter(({ sk }) => sk.startsWith('message#'))
      .map((item) => messages.from(item));
  }

  /** Which message WeChat is called with is not in the call: it is one of those under way. */
  async #weChat({ openid, templateId }: { openid: string; templateId: string }): Promise<SubscribeOutcome> {
    const { templates } = policyOf();
    const template = TEMPLATES.find((name) => templates[name].wechat?.templateId === templateId);
    const under = this.#messages().filter(
      (one) =>
        one.status === 'SENDING' &&
        one.channel === 'WECHAT' &&
        one.recipientId === openid &&
        one.template === template,
    );
    // Of two alike the one that was not tried yet.
    const message = under.find((one) => !this.#underWay.has(`${one.messageId} ${one.version}`));
    if (message === undefined) return this.watch.fail('N1: WeChat is called for what is not under way');
    this.#underWay.add(`${message.messageId} ${message.version}`);
    this.watch.called(message, 'WECHAT', this.#scene.clock.now());
    await this.#turns.take();
    const roll = this.#turns.isOn ? this.#dice.next() : 1;
    if (roll < 0.1) return { errcode: -1 };
    if (roll < 0.15) return 'NOT_REACHED';
    if (roll < 0.2) return 'UNANSWERED';
    if (roll < 0.22) return { errcode: 47003 };
    const name = `${openid} ${template}`;
    const consents = this.#consents.get(name) ?? 0;
    if (consents <= 0) return { errcode: 43101 };
    this.#consents.set(name, consents - 1);
    this.watch.arrived(message, 'WECHAT');
    await this.#turns.take();
    return roll < 0.28 ? 'UNANSWERED' : 'SENT';
  }

  readonly #underWay = new Set<string>();

  async #sms(requestId: string): Promise<SmsOutcome> {
    const message = this.#messages().find(({ messageId }) => messageId === requestId);
    if (message === undefined) return this.watch.fail('a text of no message');
    this.watch.called(message, 'SMS', this.#scene.clock.now());
    await this.#turns.take();
    const roll = this.#turns.isOn ? this.#dice.next() : 1;
    if (roll < 0.1) return { code: 'BUSY' };
    if (roll < 0.15) return { code: 'NUMBER_DEAD' };
    if (roll < 0.2) return 'UNANSWERED';
    if (!this.#requestIds.has(requestId)) this.watch.arrived(message, 'SMS');
    this.#requestIds.add(requestId);
    return roll < 0.25 ? 'UNANSWERED' : 'SENT';
  }
}

test(`keeps the rules at every write and every call of ${COUNT} random interleavings`, async () => {
  const first = Number(process.env['NOTIFICATION_SEED'] ?? 1);
  const [ends, outcomes] = [new Map<string, number>(), new Map<string, number>()];
  const add = (counts: Map<string, number>, name: string, more = 1) =>
    counts.set(name, (counts.get(name) ?? 0) + more);
  let writes = 0;
  for (let seed = first; seed < first + COUNT; seed += 1) {
    try {
      const one = new Interleaving(seed);
      await one.prepare();
      for (const [name, times] of await one.run(18)) add(outcomes, name, times);
      for (const { channel, status } of await one.settle()) add(ends, `${channel} ${status}`);
      writes += one.watch.writes;
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  if (process.env['NOTIFICATION_SEED'] !== undefined) console.log(writes, [...ends, ...outcomes].toSorted());
  // Enough of everything must have happened to prove it.
  const often = [
    'WECHAT SENT',
    'SMS SENT',
    'WECHAT UNANSWERED',
    'PHONE LAPSED',
    'PHONE REACHED',
    'WECHAT WITHDRAWN',
  ];
  expect(often.filter((name) => (ends.get(name) ?? 0) < COUNT / 50)).toEqual([]);
  expect(['tell unanswered', 'sweep ok'].filter((name) => (outcomes.get(name) ?? 0) < COUNT / 50)).toEqual(
    [],
  );
}, 300_000);
