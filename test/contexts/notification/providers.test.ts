import { describe, expect, it } from 'vitest';
import { createTurns, type TakeTurn } from '../../../functions/notification/rate.ts';
import { credits } from '../../../functions/notification/store.ts';
import type { TemplateName } from '../../../functions/notification/templates.ts';
import { smsFaultsSchema } from '../../../infra/local/sms/server.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testDeps } from '../../support/deps.ts';
import { ACCOUNT, BOOKED, PATIENT, PERSON, PHONE, policyOf, REMINDER, type Scene, scene } from './scene.ts';

const HOUR = 3_600_000;
const PAID = { settlementId: 'S1', patientId: PATIENT, totalFen: 1250 } as const;

async function left(made: Scene, template: TemplateName): Promise<number | undefined> {
  return (await credits.get(made.deps.table, { accountId: ACCOUNT, template }))?.left;
}

const outcomes = (made: Scene) =>
  made
    .messages()
    .map(({ status, attempts }) => [status, ...attempts.map((one) => `${one.channel} ${one.outcome}`)]);

const faulty = (made: Scene, faults: object): void => made.wechat.knobs.set(faults);

describe('WeChat', () => {
  it('takes one message for one consent', async () => {
    const made = await scene();
    await made.agree('PAYMENT_RECEIVED');
    await made.tell('payment.settlement-paid', PAID);
    await made.tell('payment.settlement-paid', PAID);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(0);
    expect(made.inbox(PERSON)).toEqual([
      ['12.50元', '李**', '2026年3月2日 10:00', '缴费成功，可查看电子凭证'],
    ]);
    expect(made.texts(PHONE)).toHaveLength(1);
  });

  it('is asked once for the last credit, however many messages come at the same moment', async () => {
    const made = await scene();
    await made.agree('PAYMENT_RECEIVED');
    await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        made.tell('payment.settlement-paid', { ...PAID, settlementId: `S${n}` }),
      ),
    );
    await made.pass(HOUR);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(0);
    expect(made.inbox(PERSON)).toHaveLength(1);
    expect(outcomes(made).toSorted()).toEqual([
      ['SENT', 'SMS SENT'],
      ['SENT', 'SMS SENT'],
      ['SENT', 'SMS SENT'],
      ['SENT', 'WECHAT SENT'],
    ]);
  });

  it('that is busy is asked again after a pause, and the credit is not lost', async () => {
    const made = await scene();
    await made.agree('PAYMENT_RECEIVED');
    faulty(made, { busyPercent: 100 });
    await made.tell('payment.settlement-paid', PAID);
    faulty(made, {});
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(1);
    await made.pass(HOUR);
    expect(made.inbox(PERSON)).toHaveLength(1);
    expect(made.texts()).toEqual([]);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(0);
  });

  it('that stays busy is left for the next channel after policy’s tries', async () => {
    const made = await scene();
    await made.agree('PAYMENT_RECEIVED');
    faulty(made, { busyPercent: 100 });
    await made.tell('payment.settlement-paid', PAID);
    await made.pass(3 * HOUR);
    const { most } = policyOf().tries;
    expect(outcomes(made)).toEqual([['SENT', ...Array(most).fill('WECHAT -1'), 'SMS SENT']]);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(1);
  });

  it('that knows of no consent empties our ledger, and the message goes on at once', async () => {
    const made = await scene();
    await made.deps.table.put({
      pk: `notification#recipient#${ACCOUNT}`,
      sk: 'credit#PAYMENT_RECEIVED',
      template: 'PAYMENT_RECEIVED',
      left: 3,
      granted: 3,
    });
    await made.tell('payment.settlement-paid', PAID);
    expect(outcomes(made)).toEqual([['SENT', 'WECHAT 43101', 'SMS SENT']]);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(0);
  });

  it('that refuses a field, a template or a user for good is left at once, and the credit comes back', async () => {
    const made = await scene();
    await made.agree('PAYMENT_RECEIVED');
    await made.deps.table.put({ ...(await openidOfNobody(made)) });
    await made.tell('payment.settlement-paid', PAID);
    expect(outcomes(made)).toEqual([['SENT', 'WECHAT 40003', 'SMS SENT']]);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(1);
  });

  it('whose quota is used up is asked again the next morning, while the message is of use', async () => {
    const made = await scene();
    await made.agree('PAYMENT_RECEIVED');
    await made.agree('WAITLIST_OFFER');
    faulty(made, { quota: 2 });
    await made.tell('payment.settlement-paid', PAID);
    const heldUntil = '2026-03-02T03:00:00.000Z';
    await made.tell('booking.appointment-held', { ...BOOKED, by: 'waitlist', heldUntil });
    // Tomorrow the number is somebody else's.
    expect(made.texts()).toHaveLength(1);
    expect(made.inbox()).toEqual([]);
    await made.pass(24 * HOUR);
    expect(made.inbox(PERSON)).toHaveLength(1);
  });

  it('whose quota is used up is not waited for by what somebody may come to harm without', async () => {
    const made = await scene();
    await made.agree('FOLLOW_UP_EMERGENCY');
    faulty(made, { quota: 1 });
    await made.tell('followup.emergency', { ...REMINDER, careTeamId: 'team-1', reason: 'GLUCOSE_LOW' });
    expect(made.texts(PHONE)).toEqual(['郏县人民医院|李**|2026年3月2日 10:00|请立即就医或拨打120']);
    expect(await left(made, 'FOLLOW_UP_EMERGENCY')).toBe(1);
  });

  it('that does not answer is not asked again: taken as sent, or said by another channel, as policy says', async () => {
    const made = await scene();
    // The token is there before WeChat falls silent.
    await made.agree('APPOINTMENT_NO_SHOW');
    await made.tell('booking.appointment-no-show', BOOKED);
    await made.agree('PAYMENT_RECEIVED');
    await made.agree('APPOINTMENT_CANCELLED');
    faulty(made, { lostAnswers: 2 });
    await made.tell('payment.settlement-paid', PAID);
    await made.tell('booking.appointment-cancelled-by-hospital', BOOKED);
    await made.pass(48 * HOUR);
    const [, paid, cancelled] = made
      .messages()
      .filter(({ template }) => template !== 'APPOINTMENT_REMINDER')
      .toSorted((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? -1 : 1));
    expect(paid).toMatchObject({ template: 'PAYMENT_RECEIVED', status: 'UNANSWERED' });
    expect(cancelled).toMatchObject({ template: 'APPOINTMENT_CANCELLED', status: 'SENT', channel: 'SMS' });
    // Whoever is told twice is told by two channels, and never twice by WeChat.
    expect(made.wechat.messages.delivered()).toHaveLength(3);
    expect(await left(made, 'PAYMENT_RECEIVED')).toBe(0);
  }, 60_000);

  it.each([
    ['APPOINTMENT_CANCELLED', 'booking.appointment-cancelled-by-hospital', BOOKED, 'SMS'],
    // A visit that is missed is worse than a reminder that is heard on two channels.
    ['FOLLOW_UP_REMINDER', 'followup.reminder-due', REMINDER, 'SMS'],
    ['PAYMENT_RECEIVED', 'payment.settlement-paid', PAID, undefined],
  ] as const)(
    'whose sender died is as one that did not answer: of %s',
    async (template, type, data, next) => {
      const made = await scene();
      await made.agree(template);
      await made.tell(type, data);
      const sent = made.messages().find((one) => one.template === template);
      if (sent === undefined) throw new Error('no message');
      const wakeAt = new Date(made.deps.clock.now() + 90_000).toISOString();
      const { endedAt: _ended, ...under } = sent;
      await made.deps.table.put(
        {
          ...under,
          pk: `notification#recipient#${ACCOUNT}`,
          sk: `message#${sent.messageId}`,
          status: 'SENDING',
          attempts: [],
          wakeAt,
        },
        { timer: { kind: 'tick', at: wakeAt } },
      );
      await made.pass(89_000);
      expect(made.texts()).toEqual([]);
      await made.pass(2_000);
      const after = made.messages().find((one) => one.template === template);
      expect([
        after?.status,
        ...(after?.attempts ?? []).map((one) => `${one.channel} ${one.outcome}`),
      ]).toEqual(
        next === undefined
          ? ['UNANSWERED', 'WECHAT UNANSWERED']
          : ['SENT', 'WECHAT UNANSWERED', `${next} SENT`],
      );
      expect(made.inbox()).toHaveLength(1);
      expect(made.texts()).toHaveLength(next === undefined ? 0 : 1);
    },
  );
});

async function openidOfNobody(made: Scene) {
  const { openidItem } = await import('../../../shared/access/openid-view.ts');
  return openidItem(made.deps, ACCOUNT, 'no-openid-of-this-program');
}

describe('the provider of text messages', () => {
  it('that lost its answer is asked again, and delivers one', async () => {
    const made = await scene();
    made.sms.setFaults(smsFaultsSchema.parse({ lostAnswers: 1 }));
    await made.tell('payment.settlement-paid', PAID);
    await made.pass(HOUR);
    expect(outcomes(made)).toEqual([['SENT', 'SMS UNANSWERED', 'SMS SENT']]);
    expect(made.texts()).toHaveLength(1);
  }, 60_000);

  it('that cannot deliver to a number is left for the clinic’s telephone', async () => {
    const made = await scene();
    made.sms.setFaults(smsFaultsSchema.parse({ dead: [PHONE] }));
    await made.tell('followup.reminder-due', REMINDER);
    expect(outcomes(made)).toEqual([['PHONE', 'SMS NUMBER_DEAD']]);
  });

  it('limits how many go to one number, and the rest wait', async () => {
    const made = await scene();
    for (let n = 0; n < 5; n += 1)
      await made.tell('payment.settlement-paid', { ...PAID, settlementId: `S${n}` });
    expect(made.texts()).toHaveLength(3);
    await made.pass(2 * HOUR);
    expect(made.texts()).toHaveLength(5);
  });
});

describe('the rate of a city', () => {
  it('is never exceeded in any second, and nobody is left out', async () => {
    const made = await scene({ policy: { perSecond: { WECHAT: 3, SMS: 50 } } });
    await made.agree('PAYMENT_RECEIVED', 12);
    for (let n = 0; n < 12; n += 1)
      await made.tell('payment.settlement-paid', { ...PAID, settlementId: `S${n}` });
    expect(made.inbox()).toHaveLength(3);
    await made.pass(HOUR);
    const seconds = made.wechat.messages.delivered().map(({ at }) => at.slice(0, 19));
    expect(seconds).toHaveLength(12);
    const most = Math.max(...seconds.map((second) => seconds.filter((one) => one === second).length));
    expect(most).toBe(3);
  });

  it('is used up by many containers that send a few each, and by one that sends many at once', async () => {
    const deps = testDeps({
      city: cityWith('demo', 'notification', policyOf({ perSecond: { WECHAT: 200, SMS: 50 } })),
    });
    const oneAfterAnother = async (takeTurn: TakeTurn, messages: number): Promise<boolean[]> => {
      const answers: boolean[] = [];
      for (let n = 0; n < messages; n += 1) answers.push(await takeTurn('WECHAT'));
      return answers;
    };
    const sent = async (containers: number, each: number): Promise<number> => {
      deps.clock.advance(1_000);
      const all = Array.from({ length: containers }, () => oneAfterAnother(createTurns(deps), each));
      return (await Promise.all(all)).flat().filter(Boolean).length;
    };
    const sentAtOnce = async (messages: number): Promise<number> => {
      deps.clock.advance(1_000);
      const takeTurn = createTurns(deps);
      const all = Array.from({ length: messages }, () => takeTurn('WECHAT'));
      return (await Promise.all(all)).filter(Boolean).length;
    };
    expect(await sent(60, 3)).toBe(180);
    expect(await sent(1, 150)).toBe(150);
    expect(await sent(1, 300)).toBe(200);
    expect(await sent(300, 1)).toBe(200);
    expect(await sent(20, 50)).toBe(200);
    expect(await sentAtOnce(150)).toBe(150);
    expect(await sentAtOnce(300)).toBe(200);
  });
});
