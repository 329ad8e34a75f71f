import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { contractsIn, type FamilyDoctor, type Shown, TEAM, TOWN, VILLAGE } from '../support/contracts.ts';
import { payer, paymentsArrive } from '../support/payers.ts';
import { staff } from '../support/people.ts';
import { nameOf, numberOf } from '../support/register.ts';
import type { Journey } from './journey.ts';

const THOUSAND = 1_000;
const PAGE = 100;
/** Due 24,000 fen a term, 12,000 of it subsidised, in four parts. */
const PART = 3_000;
const FEE = 12_000;

/** A year of contracts: instalments left unpaid, the renewal, and the morning on which a thousand run out. */
export async function journey({ city, step }: Journey): Promise<void> {
  const { home, shown, expect, apply, review, bothSign } = contractsIn(city);
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  const until = async (day: Day): Promise<unknown> => city.clock.to(instantAt(day, '08:00'));
  await until(addDays(await today(), 1));
  const wang = await payer(city, 'demo-wang-fang');
  const huang = await payer(city, 'demo-huang-qiang');
  const doctor: FamilyDoctor = { ...staff(city, 'zhongtou-doctor'), institutionId: TOWN };
  const clerk = staff(city, 'zhongtou-clerk');
  const places = async (): Promise<number> =>
    (await wang.get<{ freePlaces: number }>(`/signing/care-teams/${TEAM}`)).freePlaces;
  const signedOfCapacity = async (): Promise<{ numerator: number; denominator: number }> => {
    type Rates = readonly { definition: string; numerator: number; denominator: number }[];
    const { careTeams } = await doctor.get<{ careTeams: readonly { careTeamId: string; rates: Rates }[] }>(
      `/signing/institutions/${TOWN}/rates`,
    );
    const ours = careTeams
      .find(({ careTeamId }) => careTeamId === TEAM)
      ?.rates.find(({ definition }) => definition === 'signed-of-capacity');
    assert.ok(ours);
    return ours;
  };

  const old = await step(
    '王桂芳 ends her basic contract by agreement, to have the package for the old',
    async () => {
      const { signings } = await wang.get<{ signings: readonly Shown[] }>(home(wang));
      const id = signings.find(({ status }) => status === 'ACTIVE')?.signingId ?? '';
      await wang.send('POST', home(wang, id, 'termination'), { reason: 'OTHER' });
      await bothSign(doctor, wang, id);
      await expect(wang, id, 'TERMINATED');
      const signed = await apply(wang, { packageIds: ['ELDERLY_CARE'] });
      const { quote } = await shown(wang, signed);
      assert.deepEqual([quote.grossFen, quote.subsidyFen, quote.dueFen], [24_000, 12_000, 12_000]);
      await review(doctor, wang, signed);
      await bothSign(doctor, wang, signed);
      return signed;
    },
  );
  const payAll = async (who: typeof wang, amountFen: number): Promise<void> => {
    const { charges, totalFen } = await who.charges();
    assert.equal(totalFen, amountFen);
    await who.pay(charges.map(({ chargeId }) => chargeId));
    await paymentsArrive(city);
  };
  await step('she pays the first of four parts, and the contract is in force', async () => {
    await expect(wang, old, 'PAYING');
    await payAll(wang, PART);
    await expect(wang, old, 'ACTIVE');
  });
  const renewed = await step('黄强 signs with a package of his own, and pays it at once', async () => {
    const id = await apply(huang, { packageIds: ['FAMILY_PLUS'] });
    await review(doctor, huang, id);
    await bothSign(doctor, huang, id);
    await expect(huang, id, 'PAYING');
    await payAll(huang, FEE);
    await expect(huang, id, 'ACTIVE');
    await doctor.send('POST', home(huang, id, 'uses'), { itemId: 'EXPERT_BOOKING' });
    return id;
  });
  const { term } = await shown(huang, renewed);
  const lastDay = term?.until as Day;
  const before = await places();
  await step('the clerk enters a thousand contracts of paper that began on this day, twice', async () => {
    const signedOn = term?.from;
    const counts = { fresh: 0, known: 0 };
    const pages = Array.from({ length: THOUSAND / PAGE }, (_, page) =>
      Array.from({ length: PAGE }, (__, index) => page * PAGE + index),
    );
    for (const page of [...pages, ...pages.slice(0, 1)]) {
      const people = page.map((index) => ({ name: nameOf(index), idNumber: numberOf(index) }));
      const { lines } = await clerk.send<{ lines: readonly { patientId: string }[] }>(
        'POST',
        `/identity/institutions/${TOWN}/patient-register`,
        { lines: people, noticeVersion: await notice() },
      );
      const contracts = lines.map(({ patientId }) => ({
        patientId,
        divisionCode: VILLAGE,
        groups: [],
        careTeamId: TEAM,
        signedOn,
      }));
      const answer = await clerk.send<{ lines: readonly { isNew?: boolean }[] }>(
        'POST',
        `/signing/institutions/${TOWN}/signing-register`,
        { lines: contracts },
      );
      for (const { isNew } of answer.lines) counts[isNew === true ? 'fresh' : 'known'] += 1;
    }
    assert.deepEqual(counts, { fresh: THOUSAND, known: PAGE });
    assert.equal(await places(), before - THOUSAND);
  });

  // ---- a debt

  await step(
    'three months later her second part is due; a fortnight on it is not paid: suspended',
    async () => {
      await until(addDays(await today(), 95));
      assert.deepEqual(
        (await wang.charges()).charges.map(({ amountFen }) => amountFen),
        [PART],
      );
      await expect(wang, old, 'ACTIVE');
      await until(addDays(await today(), 20));
      await expect(wang, old, 'SUSPENDED');
      const use = { itemId: 'HOME_VISIT' };
      await doctor.refused('POST', home(wang, old, 'uses'), 'NOT_IN_FORCE', 409, use);
      // Public health does not stop for a debt.
      await doctor.get(home(wang));
    },
  );
  await step('she pays it: her services are back', async () => {
    await payAll(wang, PART);
    await expect(wang, old, 'ACTIVE');
    await doctor.send('POST', home(wang, old, 'uses'), { itemId: 'HOME_VISIT' });
  });

  // ---- the end of the year

  await step(
    'thirty days before the end the next term is offered to all, and they are reminded',
    async () => {
      await until(addDays(lastDay, -29));
      const { next, agreement } = await expect(huang, renewed, 'RENEWAL');
      assert.equal(next?.term.from, addDays(lastDay, 1));
      assert.equal(agreement?.kind, 'RENEWAL');
      const { accesses } = await huang.get<{ accesses: readonly { purpose: string }[] }>(
        `/identity/patients/${huang.patientId}/accesses`,
      );
      assert.ok(accesses.some(({ purpose }) => purpose === 'signing-reminder-due'));
    },
  );
  await step('黄强 and his doctor sign, and he pays: the next term is settled', async () => {
    await bothSign(doctor, huang, renewed);
    await expect(huang, renewed, 'RENEWAL_PAYING');
    await payAll(huang, FEE);
    assert.equal((await expect(huang, renewed, 'ACTIVE')).round, 1);
  });
  await step('a thousand contracts run out in one morning; every place but his own is free', async () => {
    assert.ok((await signedOfCapacity()).numerator > THOUSAND);
    await until(addDays(lastDay, 1));
    // 王桂芳 did not renew either, nor did anybody else.
    await expect(wang, old, 'EXPIRED');
    const { numerator, denominator } = await signedOfCapacity();
    assert.deepEqual([numerator, await places()], [1, denominator - 1]);
    await doctor.refused('GET', home(wang), 'FORBIDDEN', 403);
  });
  await step('for 黄强 the second term begins: what he had used is his again', async () => {
    const now = await expect(huang, renewed, 'ACTIVE');
    assert.deepEqual([now.round, now.term?.from], [2, addDays(lastDay, 1)]);
    assert.equal(now.entitlements.find(({ itemId }) => itemId === 'EXPERT_BOOKING')?.left, 2);
    await doctor.send('POST', home(huang, renewed, 'uses'), { itemId: 'EXPERT_BOOKING' });
  });

  async function notice(): Promise<string> {
    return (await huang.get<{ noticeVersion: string }>('/identity/account')).noticeVersion;
  }
}
