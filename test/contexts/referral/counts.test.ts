import { describe, expect, test } from 'vitest';
import { referral } from '../../../functions/referral/context.ts';
import { countAccepted, showCounts } from '../../../functions/referral/counts.ts';
import { testDeps } from '../../support/deps.ts';
import { door, staff } from '../booking/door.ts';
import { hechiReferrals, LEAD } from './hechi.ts';
import { applyDown, communityAccepts, story, upTo } from './stories.ts';
import { COUNTY, TOWN } from './world.ts';

test('河池: 6,350 up and 315 down in three years, whatever is delivered twice', async () => {
  const deps = testDeps({ cityName: 'hechi', start: '2018-01-01T00:00:00.000Z' });
  let index = 0;
  for (const accepted of hechiReferrals(2015)) {
    await countAccepted(deps, accepted);
    if (index++ % 10 === 0) await countAccepted(deps, accepted);
  }
  const token = await staff(deps, 'acc-lead', ['referral-coordinator'], { institutionId: LEAD });
  const { body } = await door(deps, referral)('GET', `/referral/institutions/${LEAD}/counts`, {
    as: token,
    query: { from: '2015-01', until: '2017-12' },
  });
  expect(body).toMatchObject({
    definition: 'accepted-referrals',
    received: { up: 6350, down: 0 },
    sent: { up: 0, down: 315 },
  });
  const year = await showCounts(deps, LEAD, { from: '2016-01', until: '2016-12' });
  expect(year.received.up).toBeGreaterThan(1500);
  expect(year.received.up).toBeLessThan(2700);
}, 60_000);

test('the same seed makes the same referrals, another one others of the same number', () => {
  const [one, two, other] = [hechiReferrals(2015), hechiReferrals(2015), hechiReferrals(7)];
  expect(two).toEqual(one);
  expect(other).not.toEqual(one);
  for (const made of [one, other])
    expect([made.length, made.filter(({ direction }) => direction === 'UP').length]).toEqual([6665, 6350]);
});

describe('a referral counts', () => {
  test('once it is accepted, on both sides, and once only', async () => {
    const told = await story();
    const show = (institutionId: string) =>
      showCounts(told.world.deps, institutionId, { from: '2026-03', until: '2026-03' });
    const referralId = await upTo(told, 'OFFERED');
    expect((await show(COUNTY)).received).toEqual({ up: 0, down: 0 });
    await told.people.countyCoordinator.post(
      `/referral/institutions/${COUNTY}/patients/pat00001/referrals/${referralId}/centre-decision`,
      { decision: 'ACCEPT' },
    );
    expect((await show(COUNTY)).received).toEqual({ up: 1, down: 0 });
    expect((await show(TOWN)).sent).toEqual({ up: 1, down: 0 });
    await told.people.countyClerk.post(
      `/booking/institutions/${COUNTY}/schedules/20260305A-dr-county/cancellation`,
      { reason: '医生外出' },
    );
    await told.world.pass(120_000);
    expect((await show(COUNTY)).received).toEqual({ up: 1, down: 0 });
  });

  test('down as down', async () => {
    const told = await story();
    await communityAccepts(told, await applyDown(told));
    const month = { from: '2026-03', until: '2026-03' };
    expect((await showCounts(told.world.deps, TOWN, month)).received).toEqual({ up: 0, down: 1 });
    expect((await showCounts(told.world.deps, COUNTY, month)).sent).toEqual({ up: 0, down: 1 });
  });
});
