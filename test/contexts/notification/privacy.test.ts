import { expect, it } from 'vitest';
import { announcements } from '../../../functions/notification/announcements.ts';
import { TEMPLATE_NAMES } from '../../../functions/notification/templates.ts';
import { phoneItem } from '../../../shared/access/phone-view.ts';
import type { Value } from '../../../shared/data/table.ts';
import { BOOKED, DOCTOR, HOSPITAL, NIGHT, PHONE, REMINDER, scene, TEAM } from './scene.ts';

const MARKERS = ['诊断标记', '410425199005051234', '检验值标记', '李标记'] as const;

/** Everything that any event may hold, and in each place where something could slip through a marker. */
const EVERYTHING: Readonly<Record<string, Value>> = {
  ...BOOKED,
  ...REMINDER,
  by: 'waitlist',
  heldUntil: '2026-03-05T01:00:00.000Z',
  settlementId: 'S1',
  refundNo: 'R1',
  totalFen: 100,
  amountFen: 100,
  referralId: 'referral-1',
  fromInstitutionId: HOSPITAL,
  toInstitutionId: HOSPITAL,
  direction: 'UP',
  signingId: 'signing-1',
  careTeamId: TEAM,
  until: '2026-03-30',
  waitUntil: '2026-03-05T01:00:00.000Z',
  reportId: 'report-1',
  version: 1,
  tells: true,
  to: 'ORDERING_DOCTOR',
  escalations: 0,
  template: MARKERS[0],
  reason: MARKERS[0],
  diagnosis: MARKERS[0],
  idNumber: MARKERS[1],
  value: MARKERS[2],
  name: MARKERS[3],
  note: MARKERS[0],
  critical: { value: MARKERS[2] },
};

it('says by no template a diagnosis, a finding, a name or an identity number, nor writes one down', async () => {
  const made = await scene({ policy: { perSecond: { WECHAT: 10_000, SMS: 10_000 } } });
  await made.deps.table.put(await phoneItem(made.deps, DOCTOR, '13800000009'));
  for (const template of TEMPLATE_NAMES) await made.agree(template, 40);
  const statuses = ['RESERVED', 'GATE_REVIEW', 'SIGNING'];
  for (const { event } of announcements)
    for (const status of statuses) await made.tell(event, { ...EVERYTHING, status });
  await made.pass(2 * 24 * 3_600_000);
  const told = new Set(made.messages().map(({ template }) => template));
  expect([...told].toSorted()).toEqual([...TEMPLATE_NAMES].toSorted());
  const sent = [...made.wechat.messages.delivered(), ...made.sms.inbox];
  expect(sent.length).toBeGreaterThan(TEMPLATE_NAMES.length);
  const everywhere = JSON.stringify([sent, made.events, made.deps.lines, made.deps.all()]);
  for (const marker of MARKERS) expect(everywhere).not.toContain(marker);
});

it('keeps what it says sealed, and the phone and the openid out of events and logs', async () => {
  const made = await scene({ start: NIGHT });
  await made.agree('APPOINTMENT_BOOKED');
  await made.tell('booking.appointment-booked', BOOKED);
  await made.pass(12 * 3_600_000);
  expect(made.inbox()).toHaveLength(1);
  const openid = made.wechat.messages.delivered()[0]?.openid ?? 'none';
  const items = made.deps.all().filter(({ pk }) => pk.startsWith('notification#recipient#'));
  const kept = JSON.stringify([items, made.events, made.deps.lines]);
  for (const secret of ['李**', '心血管内科', PHONE, openid]) expect(kept).not.toContain(secret);
});
