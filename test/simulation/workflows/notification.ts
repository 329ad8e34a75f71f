import { strict as assert } from 'node:assert';
import { notification } from '../../../functions/notification/context.ts';
import { addConsents } from '../../../functions/notification/credits.ts';
import type { NotificationDeps } from '../../../functions/notification/notification-deps.ts';
import { PHONE_STEPS, takePhoneStep } from '../../../functions/notification/phone-tasks.ts';
import { isQuiet } from '../../../functions/notification/quiet-hours.ts';
import { credits, type Message, messages } from '../../../functions/notification/store.ts';
import type { TemplateName } from '../../../functions/notification/templates.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import { phoneItem } from '../../../shared/access/phone-view.ts';
import type { Value } from '../../../shared/data/table.ts';
import type { SmsOutcome } from '../../../shared/sms/sms-provider.ts';
import type { SubscribeOutcome } from '../../../shared/wechat/subscribe-message.ts';
import { BOOKED, HOSPITAL, PATIENT, policyOf, REMINDER } from '../../contexts/notification/scene.ts';
import type { City } from '../kernel/city.ts';
import { Container } from '../kernel/container.ts';
import type { Operation, Part, Plan, Running } from '../kernel/part.ts';
import type { Task } from '../kernel/scheduler.ts';
import { NotificationWatch } from '../watch/notification.ts';

const ACCOUNTS = ['account-1', 'account-2'] as const;
/** An hour before the quiet hours begin. */
const EVENING = '2026-03-02T12:30:00.000Z';
const QUIET = policyOf().quiet;
const MINUTE = 60_000;
/** Whatever was to be told is told, or nobody could be reached. */
const LONGEST_MS = 10 * 24 * 60 * MINUTE;

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

/**
 * Two accounts that consent now and then, WeChat and a texting provider, a clinic that calls. `tells`: others’ events
 * are made up; otherwise they are in the city themselves.
 */
export const notificationPart = ({ tells }: { readonly tells: boolean }): Part => ({
  contexts: [notification],
  policy: { notification: policyOf({ perSecond: { WECHAT: 2, SMS: 2 } }) },
  starts: [EVENING],
  length: [8, 26],
  restHours: [10 * 24, 10 * 24],
  outcomes: [
    'WECHAT SENT',
    'SMS SENT',
    'WECHAT UNANSWERED',
    'PHONE LAPSED',
    'PHONE REACHED',
    'WECHAT WITHDRAWN',
  ],
  async open(city) {
    const office = new Post(city, tells);
    await office.prepare();
    return office.running();
  },
});

interface Called {
  readonly openid: string;
  readonly templateId: string;
}

class Post {
  readonly #city: City;
  readonly #tells: boolean;
  readonly #watch = new NotificationWatch();
  /** Consents as WeChat counts them, by openid and template id. */
  readonly #consents = new Map<string, number>();
  readonly #texts = new Set<string>();
  /** Messages that somebody has begun to send by WeChat and not called it for. */
  readonly #begun: { readonly message: Message; readonly by: Task | undefined }[] = [];

  constructor(city: City, tells: boolean) {
    this.#city = city;
    this.#tells = tells;
    city.watches.push(this.#watch, {
      onChange: ({ key, old, new: item }) => {
        if (!key.sk.startsWith('message#') || item?.['status'] !== 'SENDING' || old?.['status'] === 'SENDING')
          return;
        const message = messages.from(item);
        if (message.channel === 'WECHAT') this.#begun.push({ message, by: city.scheduler.current });
      },
      check: () => undefined,
    });
    city.provide({
      weChatMessages: {
        send: (sent: Called) => {
          const message = this.#begunBy(sent);
          return this.#over('WeChat', () => this.#weChat(message, sent));
        },
      },
      sms: {
        send: ({ requestId }: { requestId: string }) => this.#over('a text', () => this.#sms(requestId)),
      },
    });
  }

  async prepare(): Promise<void> {
    const { deps } = this.#city.direct;
    for (const accountId of ACCOUNTS) {
      const since = '2026-01-01T00:00:00.000Z';
      await deps.table.put(
        relationItem({ patientId: PATIENT, kind: 'GUARDIAN', holderId: accountId, since }),
      );
      await deps.table.put(await openidItem(deps, accountId, accountId));
    }
    await deps.table.put(await phoneItem(deps, ACCOUNTS[0], '13800000001'));
  }

  running(): Running {
    return {
      watches: [],
      operations: this.#operations(),
      endings: () => this.#watch.all().map(({ channel, status }) => `${channel} ${status}`),
      checkAtRest: () => this.#checkAtRest(),
    };
  }

  #operations(): Record<string, Operation> {
    const { mail } = this.#city;
    return {
      tell: {
        who: 'time',
        weight: this.#tells ? 8 : 0,
        plan: (dice) => {
          const [type, data] = dice.pick(EVENTS);
          const event = { id: `${type} ${JSON.stringify(data)}`, type, at: EVENING, data: { ...data } };
          return {
            words: `the stream tells of ${type}`,
            work: async () => mail.again([{ to: notification, event }]),
          };
        },
      },
      consent: {
        who: 'resident',
        weight: 5,
        plan: (dice) => {
          const [accountId, template] = [dice.pick(ACCOUNTS), dice.pick(TEMPLATES)];
          const requestKey = `report-${dice.below(1_000)}`;
          const name = `${accountId} ${template}`;
          this.#consents.set(name, (this.#consents.get(name) ?? 0) + 1);
          return {
            words: `${accountId} consents to one ${template}`,
            work: (deps) =>
              addConsents(deps as NotificationDeps, accountId, { requestKey, accepted: [template] }),
          };
        },
      },
      call: {
        who: 'clerk',
        weight: 6,
        plan: (dice): Plan | undefined => {
          const tasks = this.#watch.all().filter(({ calls }) => calls !== undefined);
          if (tasks.length === 0) return undefined;
          const task = dice.pick(tasks);
          const step = task.status === 'PHONE' ? 'claim' : dice.pick(PHONE_STEPS);
          const doer = { by: dice.pick(['nurse-1', 'nurse-1', 'nurse-2']), role: 'nurse' };
          const stepping = { doer, requestKey: `call-${dice.below(1_000_000)}` };
          return {
            words: `${doer.by} takes the step ${step} of ${task.messageId}`,
            work: (deps) =>
              takePhoneStep(deps as NotificationDeps, { ...task, institutionId: HOSPITAL }, step, stepping),
          };
        },
      },
    };
  }

  /** As the provider's client tells it: what never arrived there, and what nobody knows of. */
  #over<T>(what: string, send: () => Promise<T>): Promise<T | 'NOT_REACHED' | 'UNANSWERED'> {
    return this.#city.scheduler.call('other', what, send).catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
      if (error.name === 'ThrottlingException') return 'NOT_REACHED';
      if (error.name === 'TimeoutError') return 'UNANSWERED';
      throw error;
    });
  }

  /** Which message WeChat is called with is not in the call: it is the one that this very task has just begun to send. */
  #begunBy({ openid, templateId }: Called): Message {
    const { templates } = policyOf();
    const names = Object.keys(templates) as TemplateName[];
    const template = names.find((name) => templates[name].wechat?.templateId === templateId);
    const task = this.#city.scheduler.current;
    const index = this.#begun.findIndex(
      ({ message, by }) => by === task && message.recipientId === openid && message.template === template,
    );
    const [begun] = index < 0 ? [] : this.#begun.splice(index, 1);
    if (begun === undefined) throw new Error('N1: WeChat is called for a message that is not under way');
    return begun.message;
  }

  async #weChat(message: Message, { openid }: Called): Promise<SubscribeOutcome> {
    this.#watch.called(message, 'WECHAT', this.#callersTime());
    const roll = this.#roll();
    if (roll < 0.1) return { errcode: -1 };
    if (roll < 0.15) return 'NOT_REACHED';
    if (roll < 0.2) return 'UNANSWERED';
    if (roll < 0.22) return { errcode: 47003 };
    const name = `${openid} ${message.template}`;
    const consents = this.#consents.get(name) ?? 0;
    if (consents <= 0) return { errcode: 43101 };
    this.#consents.set(name, consents - 1);
    this.#watch.arrived(message, 'WECHAT');
    return roll < 0.28 ? 'UNANSWERED' : 'SENT';
  }

  async #sms(requestId: string): Promise<SmsOutcome> {
    const message: Message | undefined = this.#watch.all().find(({ messageId }) => messageId === requestId);
    if (message === undefined) throw new Error('N1: a text of no message');
    this.#watch.called(message, 'SMS', this.#callersTime());
    const roll = this.#roll();
    if (roll < 0.1) return { code: 'BUSY' };
    if (roll < 0.15) return { code: 'NUMBER_DEAD' };
    if (roll < 0.2) return 'UNANSWERED';
    if (!this.#texts.has(requestId)) this.#watch.arrived(message, 'SMS');
    this.#texts.add(requestId);
    return roll < 0.25 ? 'UNANSWERED' : 'SENT';
  }

  #roll(): number {
    const { scheduler } = this.#city;
    return scheduler.isOn ? (scheduler.current?.dice.next() ?? 1) : 1;
  }

  /** What the caller's own clock says; who judged a minute ago that it is not night yet may still send. */
  #callersTime(): number {
    const { clock, scheduler } = this.#city;
    const home = scheduler.current?.home;
    const now = clock.now() + (home instanceof Container ? home.skewMs : 0);
    return isQuiet(QUIET, now - MINUTE) ? now : now - MINUTE;
  }

  async #checkAtRest(): Promise<void> {
    this.#watch.checkAtRest(new Date(this.#city.clock.now() - LONGEST_MS).toISOString());
    for (const accountId of ACCOUNTS)
      for (const template of TEMPLATES) {
        const ours = (await credits.get(this.#city.table, { accountId, template }))?.left ?? 0;
        const theirs = this.#consents.get(`${accountId} ${template}`) ?? 0;
        assert.ok(ours <= theirs, 'N3: we count on a consent that WeChat does not know');
      }
  }
}
