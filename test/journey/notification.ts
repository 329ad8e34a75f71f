import { strict as assert } from 'node:assert';
import { addDays, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { resident, staff } from '../support/people.ts';
import { expectStatus, type Journey } from './journey.ts';

const HOSPITAL = 'jiaxian-people-hospital';
const DOCTOR = 'doc-jxrm-04';
const PERSON = 'demo-li-na';
const PHONE = '13800000002';

interface Sent {
  readonly template: string;
  readonly status: string;
  readonly statusText: string;
  readonly channel: string;
}
interface Task {
  readonly recipientId: string;
  readonly messageId: string;
  readonly status: string;
  readonly phone?: string;
}

/** 郏县 tells a resident things: by WeChat with a consent, by text without, and at last by a nurse with a telephone. */
export async function journey({ city, step }: Journey): Promise<void> {
  const day = addDays(dayOf(await city.clock.now()), 2);
  const local = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    expectStatus<T>(await city.http(method, `/local/${path}`, body === undefined ? {} : { body }), 200);
  const onScreen = async () =>
    (
      await local<{ messages: { values: Record<string, string> }[] }>(
        'GET',
        `wechat/messages?person=${PERSON}`,
      )
    ).messages;
  /** Of her visits: her contract's news may have come as well. */
  const onPhone = async () =>
    (
      await local<{ messages: { params: Record<string, string> }[] }>('GET', `sms/messages?phone=${PHONE}`)
    ).messages.filter(({ params }) => params['department'] !== undefined);

  await step('it is nine in the morning, an hour at which people may be told things', () =>
    city.clock.to(instantAt(addDays(day, -1), '09:00')),
  );
  const li = await resident(city, PERSON);
  const book = (on: typeof day, half: string): Promise<{ scheduleId: string }> =>
    li.send('POST', `/booking/patients/${li.patientId}/appointments`, {
      scheduleId: `${on.replaceAll('-', '')}${half}-${DOCTOR}`,
    });
  const mine = async (template: string): Promise<readonly Sent[]> =>
    (await li.get<{ messages: Sent[] }>('/notification/messages')).messages.filter(
      (one) => one.template === template,
    );

  await step('李娜娜 agrees to one message in the popup, and the mini-program reports it', async () => {
    const { templates } = await li.get<{ templates: { template: string; weChatTemplateId: string }[] }>(
      '/notification/subscriptions',
    );
    const booked = templates.find(({ template }) => template === 'APPOINTMENT_BOOKED');
    assert.ok(booked !== undefined);
    await local('POST', 'wechat/consents', { person: PERSON, templateIds: [booked.weChatTemplateId] });
    const results = [{ template: 'APPOINTMENT_BOOKED', result: 'accept' }];
    await li.send('POST', '/notification/consents', { results });
  });

  const first = await step('she books, and WeChat shows where and when, her name masked', async () => {
    const booked = await book(day, 'A');
    await city.clock.advance('PT1M');
    const shown = await onScreen();
    assert.equal(shown.length, 1);
    assert.ok(Object.values(shown[0]?.values ?? {}).includes('李**'));
    assert.deepEqual(await onPhone(), []);
    return booked;
  });

  await step('she books again without a consent left: it comes by text message', async () => {
    await book(addDays(day, 1), 'A');
    await city.clock.advance('PT1M');
    assert.equal((await onScreen()).length, 1);
    assert.equal((await onPhone()).length, 1);
  });

  await step('the doctor falls ill; no text reaches her telephone, so the hospital has to call', async () => {
    await local('POST', 'sms/faults', { dead: [PHONE] });
    const desk = staff(city, 'jxrm-clerk');
    await desk.send('POST', `/booking/institutions/${HOSPITAL}/schedules/${first.scheduleId}/cancellation`, {
      reason: '医生生病',
    });
    await city.clock.advance('PT1M');
    assert.deepEqual(
      (await mine('APPOINTMENT_CANCELLED')).map(({ statusText }) => statusText),
      ['等待电话通知'],
    );
  });

  await step('a nurse takes the task on, is shown whom to call, and reaches her', async () => {
    const nurse = staff(city, 'jxrm-nurse');
    const tasks = `/notification/institutions/${HOSPITAL}/phone-tasks`;
    const [task] = (await nurse.get<{ tasks: Task[] }>(tasks)).tasks;
    assert.ok(task !== undefined && task.phone === undefined);
    const path = `${tasks}/${task.recipientId}/${task.messageId}`;
    const claimed = await nurse.send<Task>('POST', `${path}/claim`);
    assert.equal(claimed.phone, PHONE);
    assert.equal((await nurse.send<Task>('POST', `${path}/done`)).status, 'REACHED');
    assert.deepEqual((await nurse.get<{ tasks: Task[] }>(tasks)).tasks, []);
    assert.equal((await mine('APPOINTMENT_CANCELLED'))[0]?.statusText, '已电话通知');
  });

  await step('the authority sees how many were told of what, and how', async () => {
    const authority = staff(city, 'jx-authority');
    const { counts } = await authority.get<{
      counts: { template: string; channel: string; messages: number }[];
    }>('/notification/counts');
    const of = (template: string) =>
      counts
        .filter((one) => one.template === template)
        .map(({ channel, messages }) => `${channel} ${messages}`);
    assert.deepEqual(of('APPOINTMENT_BOOKED'), ['WECHAT 1', 'SMS 1']);
    assert.deepEqual(of('APPOINTMENT_CANCELLED'), ['PHONE 1']);
  });
}
