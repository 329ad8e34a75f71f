import { strict as assert } from 'node:assert';
import { paymentsArrive } from '../../support/payers.ts';
import {
  appointmentPath,
  CARDIOLOGY,
  CITY,
  CITY_CARDIOLOGY,
  COMPLETION,
  COUNTY,
  type County,
  checkIn,
  deskPath,
  REASON,
  type Shown,
  TOWN,
} from './county.ts';
import { approve, decide } from './states.ts';
import { strangersAreRefused } from './strangers.ts';

const FEE = 3_000;
const PAPERS = { attachments: [{ kind: 'REPORT', id: 'ecg-1' }] };

/** Returned twice, passed on, paid, seen; the city is killed wherever somebody is awaited. */
export async function theWayUp(county: County): Promise<void> {
  const { city, step, li: who, take } = county;
  const id = await step('a family doctor refers 李娜娜 to the county; what she wrote is sealed', () =>
    county.apply(who, { toDepartmentId: CARDIOLOGY, toPractitionerId: undefined }),
  );
  const refused = (state: string, here: string): Promise<void> =>
    step(`a doctor of another house can do nothing in the state ${state}`, async () => {
      assert.equal((await county.shown(who, id)).status, state);
      await strangersAreRefused(county, { who, id, here });
    });
  const killed = (state: string): Promise<void> =>
    step(`kill -9 in the state ${state}: after the restart it is the same`, async () => {
      await city.kill9();
      await city.restart();
      await county.expect(who, id, state);
    });
  const supplement = (): Promise<Shown> =>
    take({ by: 'zhongtou-doctor', where: TOWN, who, id, verb: 'supplement', body: PAPERS });

  await refused('GATE_REVIEW', TOWN);
  await step('the town asks for an electrocardiogram', async () => {
    const body = { decision: 'RETURN', reason: '请补充心电图' };
    await take({ by: 'zhongtou-referral', where: TOWN, who, id, verb: 'gate-decision', body });
  });
  await refused('RETURNED', TOWN);
  await step('the doctor adds it, and the town lets it go', async () => {
    await supplement();
    await approve(county, who, id);
    await county.expect(who, id, 'OFFERED');
  });
  await refused('OFFERED', COUNTY);
  await killed('OFFERED');
  await step('the county asks for more too, and gets it without another review', async () => {
    await decide(county, who, id, { decision: 'RETURN', ...REASON });
    await county.expect(who, id, 'RETURNED');
    await supplement();
    await county.expect(who, id, 'OFFERED');
  });
  await step('the county passes her on to the city’s hospital, and has no say any more', async () => {
    await decide(county, who, id, {
      decision: 'REROUTE',
      ...REASON,
      toInstitutionId: CITY,
      toDepartmentId: CITY_CARDIOLOGY,
    });
    await county.expect(who, id, 'OFFERED');
    await strangersAreRefused(county, { who, id, here: CITY });
  });
  const reserved = await step(
    'the hospital accepts: a number of the referral pool is held for her',
    async () => {
      const { referrals } = await county
        .staff('pds-referral')
        .get<{ referrals: readonly Shown[] }>(`/referral/institutions/${CITY}/centre`);
      assert.deepEqual(
        referrals.map(({ referralId }) => referralId),
        [id],
      );
      await take({
        by: 'pds-referral',
        where: CITY,
        who,
        id,
        verb: 'centre-decision',
        body: { decision: 'ACCEPT' },
      });
      const now = await county.expect(who, id, 'RESERVED');
      const held = await who.get<{ status: string; pool: string }>(appointmentPath(who, now));
      assert.deepEqual([held.status, held.pool, now.number?.feeFen], ['HELD', 'REFERRAL', FEE]);
      await who.refused('POST', `${appointmentPath(who, now)}/confirm`, 'PAYMENT_DUE', 409);
      return now;
    },
  );
  await refused('RESERVED', CITY);
  await killed('RESERVED');
  await step('she pays, and the visit stands', async () => {
    const held = await who.get<{ charge: { chargeId: string } }>(appointmentPath(who, reserved));
    const opened = await who.open([held.charge.chargeId]);
    assert.equal(await who.phone(opened), 'PAID');
    await paymentsArrive(city);
    await county.expect(who, id, 'CONFIRMED');
  });
  await refused('CONFIRMED', CITY);
  await killed('CONFIRMED');
  await step('who has a number checks in with it: the desk does not write her down by hand', () =>
    county
      .staff('pds-referral')
      .refused('POST', deskPath(CITY, who, id, 'arrival'), 'CHECK_IN_AT_BOOKING', 409),
  );
  await step('she comes', async () => {
    await checkIn(county, who, reserved);
    await county.expect(who, id, 'ARRIVED');
  });
  await refused('ARRIVED', CITY);
  await step('she is in treatment', async () => {
    await take({ by: 'pds-cardiology', where: CITY, who, id, verb: 'treatment' });
  });
  await refused('IN_TREATMENT', CITY);
  await killed('IN_TREATMENT');
  await step('she reads the summary at home, and the whole way in plain words', async () => {
    await take({ by: 'pds-cardiology', where: CITY, who, id, verb: 'completion', body: COMPLETION });
    const done = await county.expect(who, id, 'COMPLETED');
    assert.deepEqual(
      done.summaries.map(({ summary }) => summary),
      [COMPLETION.summary],
    );
    assert.ok(done.timeline.some(({ text }) => text === '申请已改派至平顶山市第一人民医院，等待答复'));
  });
}
