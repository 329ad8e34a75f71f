import { describe, expect, it } from 'vitest';
import { laptopProgram, openIdOf } from '../../../infra/local/wechat/mini-program.ts';
import { relationItem, relationKey } from '../../../shared/access/care-relations.ts';
import { openidItem, openidKey } from '../../../shared/access/openid-view.ts';
import { phoneItem, phoneKey } from '../../../shared/access/phone-view.ts';
import {
  ACCOUNT,
  BOOKED,
  DOCTOR,
  HOSPITAL,
  MORNING,
  NIGHT,
  PATIENT,
  PERSON,
  PHONE,
  policyOf,
  REMINDER,
  scene,
} from './scene.ts';

const statuses = (made: Awaited<ReturnType<typeof scene>>) =>
  made.messages().map(({ template, status, channel }) => `${template} ${channel} ${status}`);

describe('a message', () => {
  it('says by WeChat where and when, and whom it is about, masked', async () => {
    const made = await scene();
    await made.agree('APPOINTMENT_BOOKED');
    await made.tell('booking.appointment-booked', BOOKED);
    expect(made.inbox(PERSON)).toEqual([
      ['郏县人民医院', '心血管内科', '李**', '2026年3月6日 09:30', '请按时到院签到取号'],
    ]);
    expect(made.texts()).toEqual([]);
    expect(made.events.map(({ type }) => type)).toEqual(['notification.sent']);
  });

  it('goes by text message where no consent is left', async () => {
    const made = await scene();
    await made.tell('booking.appointment-booked', BOOKED);
    expect(made.inbox()).toEqual([]);
    expect(made.texts(PHONE)).toEqual(['郏县人民医院|心血管内科|李**|2026年3月6日 09:30|请按时到院签到取号']);
  });

  it('of one event is one, however often the event comes', async () => {
    const made = await scene();
    await made.agree('APPOINTMENT_BOOKED', 3);
    for (let time = 0; time < 3; time += 1)
      await made.tell('booking.appointment-booked', BOOKED, { id: 'event-x', at: MORNING });
    expect(made.inbox()).toHaveLength(1);
    expect(made.messages().filter(({ template }) => template === 'APPOINTMENT_BOOKED')).toHaveLength(1);
  });

  it('goes to everybody who acts for the patient, each once', async () => {
    const made = await scene();
    const since = '2026-01-01T00:00:00.000Z';
    const father = { person: 'father', phone: '13800000002' };
    await made.deps.table.put(
      relationItem({ patientId: PATIENT, kind: 'FAMILY', holderId: 'account-father', since }),
    );
    await made.deps.table.put(await openidItem(made.deps, 'account-father', openIdOf(laptopProgram, father)));
    await made.agree('APPOINTMENT_BOOKED', 1, 'father');
    await made.tell('booking.appointment-booked', BOOKED);
    expect(made.inbox('father')).toHaveLength(1);
    expect(made.texts(PHONE)).toHaveLength(1);
  });

  it('of nobody with an account goes to the phone they gave at the desk', async () => {
    const made = await scene();
    await made.deps.table.delete(relationKey({ patientId: PATIENT, kind: 'SELF', holderId: ACCOUNT }));
    await made.deps.table.put(await phoneItem(made.deps, PATIENT, '13700000007'));
    await made.tell('booking.appointment-booked', BOOKED);
    expect(made.texts()).toHaveLength(1);
    expect(made.texts('13700000007')).toHaveLength(1);
  });

  it('that nothing reaches is a task for the clinic to call, where policy says so, and ends otherwise', async () => {
    const made = await scene();
    await made.deps.table.delete(openidKey(ACCOUNT));
    await made.deps.table.delete(phoneKey(ACCOUNT));
    await made.tell('followup.reminder-due', REMINDER);
    await made.tell('payment.settlement-paid', { settlementId: 'S1', patientId: PATIENT, totalFen: 500 });
    expect(statuses(made).toSorted()).toEqual([
      'FOLLOW_UP_REMINDER PHONE PHONE',
      'PAYMENT_RECEIVED WECHAT FAILED',
    ]);
    expect(made.events.map(({ type }) => type).toSorted()).toEqual([
      'notification.failed',
      'notification.phone-needed',
    ]);
  });

  it('waits for the morning at night, and then goes within the hour after eight', async () => {
    const made = await scene({ start: NIGHT });
    await made.agree('FOLLOW_UP_REMINDER');
    await made.tell('followup.reminder-due', REMINDER);
    expect(made.inbox()).toEqual([]);
    await made.pass(8 * 3_600_000 + 3_599_000);
    expect(made.inbox()).toEqual([]);
    await made.pass(1_000 + 3_600_000);
    expect(made.inbox()).toHaveLength(1);
    const [sent] = made.wechat.messages.delivered();
    expect(sent?.at.slice(11, 13)).toBe('00');
  });

  it('that somebody may come to harm without goes out at night', async () => {
    const made = await scene({ start: NIGHT });
    await made.agree('FOLLOW_UP_EMERGENCY');
    await made.tell('followup.emergency', { ...REMINDER, careTeamId: 'team-1', reason: 'GLUCOSE_LOW' });
    expect(made.inbox(PERSON)).toEqual([
      ['郏县人民医院', '李**', '2026年3月2日 23:00', '请立即就医或拨打120'],
    ]);
    // The team's leader has no phone here: the clinic calls them.
    expect(statuses(made)).toContain('FOLLOW_UP_ALERT PHONE PHONE');
  });

  it('that a resident switched off does not go, unless it is mandatory', async () => {
    const made = await scene();
    await made.deps.table.put({
      pk: `notification#recipient#${ACCOUNT}`,
      sk: 'preferences',
      off: ['BOOKING'],
    });
    await made.tell('booking.appointment-booked', BOOKED);
    await made.tell('booking.appointment-cancelled-by-hospital', BOOKED);
    expect(made.texts()).toEqual([
      '郏县人民医院|心血管内科|李**|2026年3月6日 09:30|医生停诊，已付费用将退回',
    ]);
    expect(statuses(made)).toContain('APPOINTMENT_BOOKED WECHAT SWITCHED_OFF');
  });

  it('goes to nobody who may not act for the patient any more', async () => {
    const made = await scene({ start: NIGHT });
    await made.tell('booking.appointment-booked', BOOKED);
    await made.deps.table.delete(relationKey({ patientId: PATIENT, kind: 'SELF', holderId: ACCOUNT }));
    await made.pass(24 * 3_600_000);
    expect([...made.inbox(), ...made.texts()]).toEqual([]);
    expect(statuses(made)).toContain('APPOINTMENT_BOOKED WECHAT WITHDRAWN');
  });

  it('names what is not known by where it can be read', async () => {
    const made = await scene();
    await made.agree('APPOINTMENT_BOOKED');
    await made.tell('booking.appointment-booked', { ...BOOKED, departmentId: 'nobody-knows' });
    expect(made.inbox(PERSON)[0]?.[1]).toBe('详见小程序');
  });

  it('goes by WeChat also where a doctor’s name is none to WeChat', async () => {
    const { templates } = policyOf();
    const keywords = { hospital: 'thing1', doctor: 'name2' } as const;
    const { wechat, ...rest } = templates.APPOINTMENT_BOOKED;
    const booked = { ...rest, wechat: { templateId: wechat?.templateId ?? '', keywords } };
    const made = await scene({ policy: { templates: { ...templates, APPOINTMENT_BOOKED: booked } } });
    await made.agree('APPOINTMENT_BOOKED', 2);
    await made.tell('booking.appointment-booked', BOOKED);
    await made.tell('directory.practitioner-changed', {
      practitionerId: DOCTOR,
      name: '买买提·阿卜杜拉',
      version: 2,
    });
    await made.tell('booking.appointment-booked', { ...BOOKED, appointmentId: 'another' });
    expect(made.inbox(PERSON).map(([, doctor]) => doctor)).toEqual(['王建国', '详见小程序']);
  });

  it('says a name that is too long as far as it goes', async () => {
    const made = await scene();
    await made.agree('APPOINTMENT_BOOKED');
    await made.tell('directory.institution-changed', {
      institutionId: HOSPITAL,
      name: '平顶山市郏县第一人民医院暨河南省县域医疗中心总院',
      version: 2,
    });
    await made.tell('booking.appointment-booked', BOOKED);
    expect(made.inbox(PERSON)[0]?.[0]).toBe('平顶山市郏县第一人民医院暨河南省县域医…');
  });
});

describe('a register on paper that is entered', () => {
  it('is news to nobody', async () => {
    const made = await scene();
    const active = { patientId: PATIENT, signingId: 's-1', careTeamId: 'team-1', status: 'ACTIVE' };
    await made.tell('signing.active', { ...active, registered: true });
    expect(made.messages()).toEqual([]);
    await made.tell('signing.active', active);
    expect(made.texts()).toEqual(['东街家庭医生团队|李**|已生效|2026年3月2日 10:00|签约有新进展，请查看']);
  });
});

describe('the reminder of a visit', () => {
  it('goes out on the evening before', async () => {
    const made = await scene();
    await made.agree('APPOINTMENT_REMINDER');
    await made.tell('booking.appointment-booked', BOOKED);
    await made.pass(3 * 24 * 3_600_000 + 7 * 3_600_000);
    expect(made.inbox(PERSON)).toEqual([]);
    await made.pass(3_600_000);
    expect(made.wechat.messages.delivered().map(({ at }) => at)).toEqual(['2026-03-05T10:00:00.000Z']);
  });

  it.each(['cancelled-by-patient', 'cancelled-by-hospital', 'no-show'])(
    'does not go once the visit is %s, in whichever order the two are heard of',
    async (status) => {
      for (const isLate of [false, true]) {
        const made = await scene();
        await made.agree('APPOINTMENT_REMINDER', 2);
        const heard = [
          () => made.tell('booking.appointment-booked', BOOKED),
          () => made.tell(`booking.appointment-${status}`, BOOKED),
        ];
        for (const hear of isLate ? heard.toReversed() : heard) await hear();
        await made.pass(5 * 24 * 3_600_000);
        const reminders = made.messages().filter(({ template }) => template === 'APPOINTMENT_REMINDER');
        expect(reminders.map((one) => one.status)).toEqual(['WITHDRAWN']);
      }
    },
  );

  it('does not go to the desk’s phone of a patient who has an account by the time the visit is cancelled', async () => {
    const made = await scene();
    const { table } = made.deps;
    const self = { patientId: PATIENT, kind: 'SELF', holderId: ACCOUNT } as const;
    await table.delete(relationKey(self));
    await table.put(await phoneItem(made.deps, PATIENT, '13700000007'));
    await made.tell('booking.appointment-booked', BOOKED);
    await table.put(relationItem({ ...self, since: '2026-03-02T02:00:00.000Z' }));
    await made.tell('booking.appointment-cancelled-by-patient', BOOKED);
    await made.pass(5 * 24 * 3_600_000);
    expect(made.texts()).toHaveLength(1);
    const reminders = made.messages().filter(({ template }) => template === 'APPOINTMENT_REMINDER');
    expect(reminders.map(({ status }) => status)).toEqual(['WITHDRAWN', 'WITHDRAWN']);
  });

  it('does not go after all when the visit ends while it is tried in vain', async () => {
    const heard: string[] = [];
    const cancel = () => made.tell('booking.appointment-cancelled-by-patient', BOOKED, { id: 'cancelled' });
    const made: Awaited<ReturnType<typeof scene>> = await scene({
      wrap: (table) => ({
        ...table,
        transact: async (operations) => {
          const outcome = await table.transact(operations);
          if (heard.length === 0 && made.messages().some(({ status }) => status === 'SENDING'))
            heard.push(
              await cancel().then(
                () => 'taken',
                () => 'to come again',
              ),
            );
          return outcome;
        },
      }),
    });
    await made.tell('booking.appointment-booked', BOOKED);
    await made.agree('APPOINTMENT_REMINDER');
    made.wechat.knobs.set({ busyPercent: 100 });
    await made.pass(3 * 24 * 3_600_000 + 8 * 3_600_000);
    made.wechat.knobs.set({});
    expect(heard).toEqual(['to come again']);
    await cancel();
    await made.pass(24 * 3_600_000);
    expect(made.inbox()).toEqual([]);
    expect(statuses(made)).toContain('APPOINTMENT_REMINDER WECHAT WITHDRAWN');
  });

  it('is not made of a visit that was booked after its hour', async () => {
    const made = await scene({ start: '2026-03-05T11:00:00.000Z' });
    await made.tell('booking.appointment-booked', BOOKED);
    expect(statuses(made)).toEqual(['APPOINTMENT_BOOKED SMS SENT']);
  });
});

describe('a reminder that comes again', () => {
  it('on the same day is the same, on the next another', async () => {
    const made = await scene();
    await made.agree('FOLLOW_UP_REMINDER', 5);
    await made.tell('followup.reminder-due', REMINDER);
    await made.tell('followup.reminder-due', REMINDER);
    expect(made.inbox()).toHaveLength(1);
    await made.pass(24 * 3_600_000);
    await made.tell('followup.reminder-due', REMINDER);
    expect(made.inbox()).toHaveLength(2);
  });
});
