import { strict as assert } from 'node:assert';
import { addDays, instantAt } from '../../../shared/kernel/china-time.ts';
import { COUNTY, type County, nothingIsHeld } from './county.ts';
import { approve, arrive, complete, decide, STATES } from './states.ts';

const VISITS = 12;

/** A return each month for a year; meanwhile two treatments are never reported, and what happened is counted. */
export async function theYear(county: County): Promise<void> {
  const { city, step, wang, zhang, li } = county;
  const unreported = await step(
    '张卫国 arrives, 李娜娜 is in treatment, and nobody writes down what became of it',
    async () =>
      [
        { who: zhang, referralId: await STATES.ARRIVED(county, zhang) },
        { who: li, referralId: await STATES.IN_TREATMENT(county, li) },
      ] as const,
  );
  const id = await step('a family doctor asks for a return each month, for a year', async () => {
    const standing = { intervalDays: 30, count: VISITS, until: addDays(await county.today(), 365) };
    const referralId = await county.apply(wang, { criteria: ['HIGHER_EXAM'], standing });
    await approve(county, wang, referralId);
    await decide(county, wang, referralId, { decision: 'ACCEPT' });
    return referralId;
  });
  for (let visit = 1; visit <= VISITS; visit += 1) {
    await step(`visit ${visit} books itself, is confirmed, and ends with its summary`, async () => {
      const { number, round } = await arrive(county, wang, id);
      assert.equal(round, visit);
      await complete(county, wang, id);
      const { summaries } = await county.expect(wang, id, visit === VISITS ? 'COMPLETED' : 'BETWEEN_VISITS');
      assert.equal(summaries.length, visit);
      if (visit < VISITS)
        await city.clock.to(instantAt(addDays(number?.day ?? (await county.today()), 20), '08:05'));
    });
  }
  await step('the treatments that nobody reported have expired after ninety days', async () => {
    for (const { who, referralId } of unreported) {
      await nothingIsHeld(who, await county.expect(who, referralId, 'EXPIRED'));
    }
  });
  await step('what went up and down is counted', async () => {
    const now = await county.today();
    const months = `from=${addDays(now, -700).slice(0, 7)}&until=${now.slice(0, 7)}`;
    const counts = await county.staff('jxrm-referral').get<{
      received: { up: number; down: number };
      sent: { up: number; down: number };
    }>(`/referral/institutions/${COUNTY}/counts?${months}`);
    assert.ok(counts.received.up >= 12);
    assert.equal(counts.sent.down, 3);
  });
}
