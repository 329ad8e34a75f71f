import { describe, expect, it } from 'vitest';
import { relationKey } from '../../../shared/access/care-relations.ts';
import { phoneKey } from '../../../shared/access/phone-view.ts';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { resident, staff } from '../booking/door.ts';
import { ACCOUNT, BOOKED, HOSPITAL, PATIENT, PHONE, REMINDER, type Scene, scene } from './scene.ts';

const HOUR = 3_600_000;

async function mother({ deps }: Scene): Promise<string> {
  return resident(deps, ACCOUNT, PATIENT);
}

const nurse = ({ deps }: Scene, accountId = 'account-nurse', institutionId = HOSPITAL) =>
  staff(deps, accountId, ['nurse'], { institutionId });

interface Task {
  readonly recipientId: string;
  readonly messageId: string;
  readonly status: string;
  readonly phone?: string;
}

/** A reminder that only a call can bring: no consent, and the provider cannot deliver. */
async function withTask(): Promise<{ made: Scene; path: string }> {
  const made = await scene();
  made.sms.setFaults({ busy: 0, silent: 0, lostAnswers: 0, dead: [PHONE] });
  await made.tell('followup.reminder-due', REMINDER);
  const list = await made.ask('GET', `/notification/institutions/${HOSPITAL}/phone-tasks`, {
    as: await nurse(made),
  });
  const [task] = (list.body as { tasks: Task[] }).tasks;
  return {
    made,
    path: `/notification/institutions/${HOSPITAL}/phone-tasks/${task?.recipientId}/${task?.messageId}`,
  };
}

describe('consents', () => {
  const report = (made: Scene, results: object[], key: string, as: string) =>
    made.ask('POST', '/notification/consents', { as, key, body: { results } });

  it('are counted once for each report, however often it is sent', async () => {
    const made = await scene();
    const as = await mother(made);
    const results = [
      { template: 'APPOINTMENT_BOOKED', result: 'accept' },
      { template: 'APPOINTMENT_REMINDER', result: 'reject' },
    ];
    for (let time = 0; time < 3; time += 1)
      expect((await report(made, results, 'report-1', as)).status).toBe(200);
    const { body } = await report(made, results, 'report-2', as);
    const { templates } = body as { templates: { template: string; creditsLeft: number }[] };
    const leftOf = (name: string) => templates.find(({ template }) => template === name)?.creditsLeft;
    expect([leftOf('APPOINTMENT_BOOKED'), leftOf('APPOINTMENT_REMINDER')]).toEqual([2, 0]);
  });

  it.each([
    ['no results', []],
    ['a template nobody has', [{ template: 'NO_SUCH', result: 'accept' }]],
    ['one template twice', Array(2).fill({ template: 'REPORT_READY', result: 'accept' })],
  ])('with %s are refused, and nothing is written', async (_, results) => {
    const made = await scene();
    const as = await mother(made);
    const before = made.deps.all().length;
    expect((await report(made, results, 'report-1', as)).status).toBe(400);
    expect(made.deps.all()).toHaveLength(before);
  });
});

describe('what a resident sees', () => {
  it('is what was sent to their own account and how it went, and reading it is written down', async () => {
    const made = await scene();
    await made.tell('booking.appointment-booked', BOOKED);
    const { body } = await made.ask('GET', '/notification/messages', { as: await mother(made) });
    const list = (body as { messages: { template: string; statusText: string; lines: object[] }[] }).messages;
    expect(list.map(({ template, statusText }) => [template, statusText])).toEqual([
      ['APPOINTMENT_REMINDER', '等待发送'],
      ['APPOINTMENT_BOOKED', '已发送'],
    ]);
    expect(list[1]?.lines).toContainEqual({ label: '医疗机构', text: '郏县人民医院' });
    const audited = await listAccess(made.deps.table, PATIENT, { limit: 10 });
    expect(JSON.stringify(audited)).toContain(ACCOUNT);
    const stranger = await made.ask('GET', '/notification/messages', {
      as: await resident(made.deps, 'other'),
    });
    expect(stranger.body).toEqual({ messages: [] });
  });

  it('can be switched off by topic, but for work', async () => {
    const made = await scene();
    const as = await mother(made);
    const put = (off: string[]) => made.ask('PUT', '/notification/preferences', { as, body: { off } });
    expect((await put(['BOOKING', 'BOOKING'])).body).toMatchObject({ off: ['BOOKING'] });
    expect((await put(['WORK'])).status).toBe(400);
    await made.tell('booking.appointment-booked', BOOKED);
    expect(made.texts()).toEqual([]);
  });
});

describe('a task to call', () => {
  it('is one nurse’s once claimed, who alone is shown whom to call', async () => {
    const { made, path } = await withTask();
    const [mine, other] = [await nurse(made), await nurse(made, 'account-colleague')];
    const claimed = await made.ask('POST', `${path}/claim`, { as: mine });
    expect(claimed.body).toMatchObject({ status: 'CALLING', phone: PHONE });
    for (const step of ['claim', 'done', 'unreachable', 'release'])
      expect((await made.ask('POST', `${path}/${step}`, { as: other })).code).toBe('CLAIMED_BY_OTHER');
    const list = await made.ask('GET', path.split('/').slice(0, 5).join('/'), { as: other });
    expect(JSON.stringify(list.body)).not.toContain(PHONE);
    expect((await made.ask('POST', `${path}/done`, { as: mine })).body).toMatchObject({ status: 'REACHED' });
    expect((await made.ask('POST', `${path}/done`, { as: mine })).code).toBe('WRONG_STATE');
    expect(made.events.at(-1)).toMatchObject({ type: 'notification.sent', data: { status: 'REACHED' } });
  });

  it('about somebody whom the account may not act for any more is nobody’s to call about', async () => {
    const { made, path } = await withTask();
    await made.deps.table.delete(relationKey({ patientId: PATIENT, kind: 'SELF', holderId: ACCOUNT }));
    const answer = await made.ask('POST', `${path}/claim`, { as: await nurse(made) });
    expect([answer.code, answer.body]).toMatchObject(['WRONG_STATE', { context: { status: 'WITHDRAWN' } }]);
    expect(made.messages()[0]?.status).toBe('WITHDRAWN');
  });

  it('repeated by the same request is answered as it stands', async () => {
    const { made, path } = await withTask();
    const as = await nurse(made);
    await made.ask('POST', `${path}/claim`, { as, key: 'request-claim' });
    for (let time = 0; time < 2; time += 1) {
      const answer = await made.ask('POST', `${path}/unreachable`, { as, key: 'request-call' });
      expect(answer.body).toMatchObject({ status: 'PHONE', calls: 1 });
    }
  });

  it('ends after policy’s calls without an answer', async () => {
    const { made, path } = await withTask();
    const as = await nurse(made);
    for (const status of ['PHONE', 'PHONE', 'UNREACHED']) {
      await made.ask('POST', `${path}/claim`, { as });
      expect((await made.ask('POST', `${path}/unreachable`, { as })).body).toMatchObject({ status });
    }
    expect(made.events.at(-1)?.type).toBe('notification.failed');
  });

  it('that was claimed and forgotten is anybody’s again, and lapses when nobody calls', async () => {
    const { made, path } = await withTask();
    await made.ask('POST', `${path}/claim`, { as: await nurse(made) });
    await made.pass(HOUR);
    expect(made.messages()[0]).toMatchObject({ status: 'PHONE' });
    expect(made.messages()[0]?.claimedBy).toBeUndefined();
    await made.pass(4 * 24 * HOUR);
    expect(made.messages()[0]?.status).toBe('LAPSED');
  });

  it('of another house answers as one that does not exist', async () => {
    const { made, path } = await withTask();
    const as = await nurse(made, 'account-elsewhere', 'other-hospital');
    expect((await made.ask('POST', `${path}/claim`, { as })).code).toBe('FORBIDDEN');
    const elsewhere = path.replace(HOSPITAL, 'other-hospital');
    expect((await made.ask('POST', `${elsewhere}/claim`, { as })).code).toBe('PHONE_TASK_NOT_FOUND');
    const none = elsewhere.replace(/-[\w-]{22}$/, `-${'x'.repeat(22)}`);
    expect((await made.ask('POST', `${none}/claim`, { as })).code).toBe('PHONE_TASK_NOT_FOUND');
  });
});

describe('the counts of a day', () => {
  it('are those of the messages that ended, by template, channel and end', async () => {
    const made = await scene();
    await made.agree('REPORT_READY', 2);
    const report = { reportId: 'r', patientId: PATIENT, institutionId: HOSPITAL, version: 1, tells: true };
    for (let version = 1; version <= 3; version += 1) await made.tell('report.final', { ...report, version });
    await made.tell('report.final', { ...report, tells: false });
    await made.deps.table.delete(phoneKey(ACCOUNT));
    await made.tell('report.final', report);
    const as = await staff(made.deps, 'account-authority', ['health-authority'], { institutionId: 'county' });
    const { body } = await made.ask('GET', '/notification/counts', { as, query: { day: '2026-03-02' } });
    expect(body).toEqual({
      day: '2026-03-02',
      counts: [
        { template: 'REPORT_READY', channel: 'WECHAT', status: 'SENT', messages: 2 },
        { template: 'REPORT_READY', channel: 'WECHAT', status: 'FAILED', messages: 1 },
        { template: 'REPORT_READY', channel: 'SMS', status: 'SENT', messages: 1 },
      ],
    });
  });
});
