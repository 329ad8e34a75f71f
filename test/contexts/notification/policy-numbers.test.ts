import { announce } from '../../../functions/notification/announce.ts';
import { bookingAnnouncements } from '../../../functions/notification/announce-booking.ts';
import { announcements } from '../../../functions/notification/announcements.ts';
import {
  type NotificationDeps,
  provideNotification,
} from '../../../functions/notification/notification-deps.ts';
import { takePhoneStep } from '../../../functions/notification/phone-tasks.ts';
import { type NotificationPolicy, notificationPolicy } from '../../../functions/notification/policy.ts';
import { awake, isQuiet } from '../../../functions/notification/quiet-hours.ts';
import { createTurns } from '../../../functions/notification/rate.ts';
import { settleAttempt } from '../../../functions/notification/settle-attempt.ts';
import { type Message, messages } from '../../../functions/notification/store.ts';
import { tickMessage } from '../../../functions/notification/tick-message.ts';
import { instantAt } from '../../../shared/kernel/china-time.ts';
import type { SmsOutcome } from '../../../shared/sms/sms-provider.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { type Boundary, testBoundaries } from '../../support/policy-numbers.ts';
import { BOOKED, HOSPITAL, MORNING, PATIENT } from './scene.ts';

/** Every number of notification's policy, on both sides of it. */

type Row = Boundary<NotificationPolicy>;
type Own = NotificationDeps & Pick<TestDeps, 'clock'>;

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Notification over the table in memory; no provider is ever reached. */
function depsOf(policy: NotificationPolicy): Own {
  const deps = testDeps({ start: MORNING, city: cityWith('demo', 'notification', policy) });
  const sms = { send: async (): Promise<SmsOutcome> => 'NOT_REACHED' };
  return { ...provideNotification({ ...deps, sms }), clock: deps.clock };
}

const MESSAGE: Message = {
  recipientId: HOSPITAL,
  messageId: 'message-1',
  recipientKind: 'INSTITUTION',
  template: 'REFERRAL_WORK_DUE',
  institutionId: HOSPITAL,
  status: 'WAITING',
  version: 1,
  channel: 'PHONE',
  tries: 0,
  attempts: [],
  sealed: '',
  createdAt: MORNING,
  sendAt: MORNING,
  usefulUntil: '2026-04-01T00:00:00.000Z',
};

async function put({ table }: Own, more: Partial<Message>): Promise<Message> {
  const message = { ...MESSAGE, ...more };
  await messages.put(table, message, message);
  return message;
}

async function tick(deps: Own): Promise<void> {
  const key = messages.key(MESSAGE);
  await tickMessage(deps, { key, item: { ...key } });
}

/** The message's state a millisecond before so long from now, and then. */
async function around(deps: Own, ms: number): Promise<readonly (string | undefined)[]> {
  const status = async (later: number) => {
    deps.clock.advance(later);
    await tick(deps);
    return (await messages.get(deps.table, MESSAGE))?.status;
  };
  return [await status(ms - 1), await status(1)];
}

const quietAt = ({ quiet }: NotificationPolicy, times: readonly string[]) =>
  times.map((time) => isQuiet(quiet, instantAt('2026-03-02', time)));

const hours: readonly Row[] = [
  {
    number: 'quiet.from',
    says: '免打扰时段',
    look: (policy) => quietAt(policy, ['21:29', '21:30']),
    sides: [false, true],
  },
  {
    number: 'quiet.until',
    says: '免打扰时段',
    look: (policy) => quietAt(policy, ['07:59', '08:00']),
    sides: [true, false],
  },
  {
    number: 'quiet.spreadMinutes',
    says: '次日分散时长',
    look: ({ quiet }) => {
      const morning = Date.parse(instantAt('2026-03-03', '08:00'));
      const night = instantAt('2026-03-02', '23:00');
      const waits = Array.from(
        { length: 6_000 },
        (_, index) => Date.parse(awake(quiet, night, `message-${index}`)) - morning,
      );
      return [59, 60].map((minutes) => waits.some((ms) => ms >= minutes * MINUTE));
    },
    sides: [true, false],
  },
];

/** What is made of a booking a millisecond before the hour of the reminder, and at that hour, of a visit on the 6th. */
function remindersOf(policy: NotificationPolicy): readonly (string | undefined)[] {
  const booked = bookingAnnouncements.find(({ event }) => event === 'booking.appointment-booked');
  return ['2026-03-05T09:59:59.999Z', '2026-03-05T10:00:00.000Z'].flatMap((at) => {
    const event = { id: 'event-1', type: 'booking.appointment-booked', at, data: BOOKED };
    const told = [booked?.tell(event, policy) ?? []].flat();
    return told.map((one) => ('sendAt' in one ? one.sendAt : undefined));
  });
}

const visits = (['daysBefore', 'at'] as const).map(
  (name): Row => ({
    number: `visitReminder.${name}`,
    says: '就诊提醒时间',
    look: remindersOf,
    sides: [undefined, '2026-03-05T10:00:00.000Z', undefined],
  }),
);

/** How many of `asked` a container may send within one second. */
async function turns(policy: NotificationPolicy, provider: 'WECHAT' | 'SMS', asked: number): Promise<number> {
  const takeTurn = createTurns(depsOf(policy));
  let taken = 0;
  for (let turn = 0; turn < asked; turn += 1) taken += (await takeTurn(provider)) ? 1 : 0;
  return taken;
}

const rates = (
  [
    ['WECHAT', 200],
    ['SMS', 50],
  ] as const
).map(
  ([provider, most]): Row => ({
    number: `perSecond.${provider}`,
    says: '每秒发送上限',
    look: async (policy) => [await turns(policy, provider, most), await turns(policy, provider, most + 100)],
    sides: [most, most],
  }),
);

/** Pauses after so many tries that came to nothing, of many messages: the shortest and the longest, to so many seconds. */
async function pauses(policy: NotificationPolicy, tries: number, grain: number): Promise<readonly number[]> {
  const deps = depsOf(policy);
  const waits: number[] = [];
  for (let index = 0; index < 500; index += 1) {
    const settled = await failed(deps, `message-${index}`, tries);
    waits.push((Date.parse(settled?.sendAt ?? '') - deps.clock.now()) / SECOND / grain);
  }
  return [Math.floor(Math.min(...waits)) * grain, Math.ceil(Math.max(...waits)) * grain];
}

/** A text message whose latest try has come to nothing. */
async function failed(deps: Own, messageId: string, tries: number): Promise<Message | undefined> {
  const sending = {
    messageId,
    status: 'SENDING',
    channel: 'SMS',
    template: 'CRITICAL_VALUE',
    tries,
  } as const;
  return settleAttempt(deps, await put(deps, sending), { meaning: 'AGAIN', outcome: 'BUSY' });
}

const tries: readonly Row[] = [
  {
    number: 'tries.most',
    says: '重试次数',
    look: async (policy) => {
      const deps = depsOf(policy);
      const after = [await failed(deps, 'message-3', 3), await failed(deps, 'message-4', 4)];
      return after.map((message) => message?.channel);
    },
    sides: ['SMS', 'PHONE'],
  },
  {
    number: 'tries.firstSeconds',
    says: '重试次数与间隔',
    look: (policy) => pauses(policy, 1, 0.5),
    sides: [30, 60],
  },
  {
    number: 'tries.mostSeconds',
    says: '重试次数与间隔',
    // Only a city that allows more tries than ours ever comes so far: 60 s doubled five times.
    look: (policy) => pauses({ ...policy, tries: { ...policy.tries, most: 10 } }, 6, 15),
    sides: [900, 1_800],
    step: 60,
  },
];

const as = (key: string) => ({ doer: { by: 'account-nurse', role: 'nurse' }, key }) as never;

const phone: readonly Row[] = [
  {
    number: 'phone.claimMinutes',
    says: '电话通知的次数与时限',
    look: async (policy) => {
      const deps = depsOf(policy);
      const task = await put(deps, { status: 'PHONE', calls: 0 });
      await takePhoneStep(deps, { ...task, institutionId: HOSPITAL }, 'claim', as('claim'));
      return around(deps, 60 * MINUTE);
    },
    sides: ['CALLING', 'PHONE'],
  },
  {
    number: 'phone.calls',
    says: '电话通知的次数与时限',
    look: async (policy) => {
      const deps = depsOf(policy);
      const after: string[] = [];
      for (const calls of [1, 2]) {
        const messageId = `message-${calls}`;
        const task = await put(deps, { messageId, status: 'CALLING', calls, claimedBy: 'account-nurse' });
        const step = { ...task, institutionId: HOSPITAL };
        after.push((await takePhoneStep(deps, step, 'unreachable', as('unreachable'))).status);
      }
      return after;
    },
    sides: ['PHONE', 'UNREACHED'],
  },
  {
    number: 'phone.days',
    says: '电话通知的次数与时限',
    look: async (policy) => {
      const deps = depsOf(policy);
      await put(deps, {});
      // Its first tick puts it on the clinic's list.
      await tick(deps);
      return around(deps, 3 * DAY);
    },
    sides: ['PHONE', 'LAPSED'],
  },
];

const PAID = { settlementId: 'S1', patientId: PATIENT, totalFen: 500 };

const useful: Row = {
  number: 'usefulDays',
  says: '消息有效天数',
  // Made on the 2nd: of use on the 4th, and no more from the first minute of the 5th.
  look: async (policy) => {
    const deps = depsOf(policy);
    const announcement = announcements.find(({ event }) => event === 'payment.settlement-paid');
    if (announcement === undefined) throw new Error('nobody hears of a payment');
    await announce(deps, announcement, {
      id: 'event-1',
      type: 'payment.settlement-paid',
      at: MORNING,
      data: PAID,
    });
    const [item] = (deps as unknown as TestDeps).all().filter(({ sk }) => sk.startsWith('message#'));
    const { usefulUntil } = messages.from(item ?? { pk: '', sk: '' });
    return ['2026-03-04T15:59:59.999Z', '2026-03-04T16:00:00.000Z'].map((at) => at < usefulUntil);
  },
  sides: [true, false],
};

testBoundaries(notificationPolicy, [...hours, ...visits, ...rates, ...tries, ...phone, useful]);
