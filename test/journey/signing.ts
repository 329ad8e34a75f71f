import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import {
  contractsIn,
  type FamilyDoctor,
  OTHER_TEAM,
  OTHER_TOWN,
  type Shown,
  TEAM,
  TOWN,
  VILLAGE,
} from '../support/contracts.ts';
import { payer, paymentsArrive } from '../support/payers.ts';
import { type Resident, resident, staff } from '../support/people.ts';
import type { Journey } from './journey.ts';
import { journey as year } from './signing-year.ts';

const FEE = 12_000;

/** 郏县 signs with its family doctors, and lives with it for a year. */
export async function journey(told: Journey): Promise<void> {
  await day(told);
  await year(told);
}

/** Paid for, used up, raced for, moved, ended. */
export async function day({ city, step }: Journey): Promise<void> {
  const { home, desk, shown, expect, apply, review, bothSign } = contractsIn(city);
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  await step('a new day begins in 郏县; the clock is moved to 08:00', async () =>
    city.clock.to(instantAt(addDays(await today(), 1), '08:00')),
  );
  const { yang, guo, xu, li } = await step('residents open the mini-program', async () => ({
    yang: await payer(city, 'demo-yang-lei'),
    guo: await resident(city, 'demo-guo-tao'),
    xu: await resident(city, 'demo-xu-yan'),
    li: await resident(city, 'demo-li-na'),
  }));
  const doctor: FamilyDoctor = { ...staff(city, 'zhongtou-doctor'), institutionId: TOWN };
  const otherDoctor: FamilyDoctor = { ...staff(city, 'anliang-doctor'), institutionId: OTHER_TOWN };
  const villageDoctor: FamilyDoctor = {
    ...staff(city, 'zhongtou-village'),
    institutionId: 'clinic-410425101201',
  };
  const administrator = staff(city, 'zhongtou-admin');
  const places = async (careTeamId = TEAM): Promise<number> =>
    (await xu.get<{ freePlaces: number }>(`/signing/care-teams/${careTeamId}`)).freePlaces;
  const codes = (refusal: { reasons?: readonly { code: string }[] }): readonly string[] =>
    (refusal.reasons ?? []).map(({ code }) => code);
  const application = { careTeamId: TEAM, divisionCode: VILLAGE };

  // ---- who cannot

  await step('whoever has a contract, and whoever is nobody, is refused with every reason', async () => {
    const more = { ...application, careTeamId: OTHER_TEAM, packageIds: ['HYPERTENSION_CARE'] };
    const overlap = await li.refused('POST', home(li), 'APPLICATION_REFUSED', 422, more);
    assert.deepEqual(codes(overlap), ['ALREADY_SIGNED', 'PACKAGE_NOT_FOR_YOU']);
    const capture = {
      captureId: 'capture-of-nobody',
      capturedAt: await city.clock.now(),
      templateVersion: '2026-1',
      evidenceSha256: 'a'.repeat(64),
    };
    const nobody = desk(villageDoctor, { patientId: 'nobody' });
    const refusal = await villageDoctor.refused('POST', nobody, 'APPLICATION_REFUSED', 422, {
      ...application,
      capture,
    });
    assert.deepEqual(codes(refusal), ['IDENTITY_UNVERIFIED']);
  });

  // ---- applied for, signed, paid, used up

  const before = await places();
  const paid = await step('杨磊 applies with a personalised package: a place is kept for him', async () => {
    const id = await apply(yang, { packageIds: ['FAMILY_PLUS'] });
    assert.equal((await shown(yang, id)).quote.dueFen, FEE);
    assert.equal(await places(), before - 1);
    const again = await yang.refused('POST', home(yang), 'APPLICATION_REFUSED', 422, application);
    assert.deepEqual(codes(again), ['ALREADY_APPLIED']);
    return id;
  });
  await step('a doctor of another town hears of no such application; his team takes it on', async () => {
    const path = desk(otherDoctor, yang, paid, 'review');
    await otherDoctor.refused('POST', path, 'SIGNING_NOT_FOUND', 404, { decision: 'APPROVE' });
    await review(doctor, yang, paid);
    await expect(yang, paid, 'SIGNING');
  });
  await step('kill -9 while his signature is awaited: after the restart it still is', async () => {
    await city.kill9();
    await city.restart();
    await expect(yang, paid, 'SIGNING');
  });
  await step(
    'nobody signs another text than was read; both sign this one, and it is to be paid',
    async () => {
      const other = { sha256: 'b'.repeat(64) };
      await yang.refused('POST', home(yang, paid, 'signature'), 'AGREEMENT_CHANGED', 409, other);
      await bothSign(doctor, yang, paid);
      const { charge } = await expect(yang, paid, 'PAYING');
      assert.equal(charge?.amountFen, FEE);
      await doctor.refused('GET', home(yang), 'FORBIDDEN', 403);
    },
  );
  await step(
    'he pays: the contract is in force for a year, and opens his records to his doctors',
    async () => {
      const { charges } = await yang.charges();
      await yang.pay(charges.map(({ chargeId }) => chargeId));
      await paymentsArrive(city);
      const { term } = await expect(yang, paid, 'ACTIVE');
      assert.equal(term?.from, await today());
      assert.equal(
        term?.until,
        addDays(`${Number(term?.from.slice(0, 4)) + 1}${term?.from.slice(4)}` as Day, -1),
      );
      await doctor.get(home(yang));
      await villageDoctor.get(home(yang));
      await otherDoctor.refused('GET', home(yang), 'FORBIDDEN', 403);
    },
  );
  await step('an entitlement is used as often as the package says, and not once more', async () => {
    const uses = home(yang, paid, 'uses');
    const body = { itemId: 'EXPERT_BOOKING' };
    await doctor.send('POST', uses, body, 'first-use');
    await doctor.send('POST', uses, body, 'first-use');
    const now = await villageDoctor.send<Shown>('POST', uses, body);
    assert.equal(now.entitlements.find(({ itemId }) => itemId === body.itemId)?.left, 0);
    await doctor.refused('POST', uses, 'ENTITLEMENT_USED_UP', 409, body);
    await doctor.refused('POST', uses, 'ENTITLEMENT_UNKNOWN', 422, { itemId: 'HBA1C' });
  });

  // ---- the last place

  const small = await step('the town makes a team with one place', async () => {
    const { careTeamId } = await administrator.send<{ careTeamId: string }>(
      'POST',
      `/directory/institutions/${TOWN}/care-teams`,
      {
        name: '冢头镇小团队',
        leaderId: 'doc-410425101-1',
        memberIds: [],
        serviceArea: ['410425101'],
        capacity: 1,
      },
    );
    await city.clock.advance('PT1S');
    assert.equal(await places(careTeamId), 1);
    return careTeamId;
  });
  const { winner, loser, contract } = await step(
    '郭涛 and 徐艳 apply for it at once: one has it',
    async () => {
      const wanted = { ...application, careTeamId: small };
      const both = [guo, xu] as const;
      // Sessions first, so that nothing but the race itself is under way.
      await Promise.all(both.map((who) => who.get('/identity/account')));
      const settled = await Promise.allSettled(both.map((who) => who.send<Shown>('POST', home(who), wanted)));
      const won = settled.flatMap((one, index) =>
        one.status === 'fulfilled' ? [{ who: both[index], id: one.value.signingId }] : [],
      );
      assert.equal(won.length, 1);
      const first = won[0]?.who === guo ? guo : xu;
      const second = first === guo ? xu : guo;
      assert.equal(await places(small), 0);
      const full = await second.refused('POST', home(second), 'APPLICATION_REFUSED', 422, wanted);
      assert.deepEqual(codes(full), ['TEAM_FULL']);
      return { winner: first, loser: second, contract: won[0]?.id ?? '' };
    },
  );
  await step('the team declines: the place is free again, and goes to whoever applies next', async () => {
    await review(doctor, winner, contract, 'REJECT');
    await expect(winner, contract, 'REJECTED');
    assert.equal(await places(small), 1);
  });
  const inForce = async (who: Resident, careTeamId: string): Promise<string> => {
    const id = await apply(who, { careTeamId });
    await review(doctor, who, id);
    await bothSign(doctor, who, id);
    await expect(who, id, 'ACTIVE');
    return id;
  };

  // ---- moved, ended by agreement, ended by death

  const moved = await step('who lost the race has it now, and moves to another town’s team', async () => {
    const old = await inForce(loser, small);
    const id = await apply(loser, { careTeamId: OTHER_TEAM, replaces: old });
    await review(otherDoctor, loser, id);
    assert.equal((await shown(loser, old)).status, 'ACTIVE');
    await bothSign(otherDoctor, loser, id);
    await expect(loser, id, 'ACTIVE');
    assert.equal((await shown(loser, old)).status, 'MOVED');
    assert.equal(await places(small), 1);
    await doctor.refused('GET', home(loser), 'FORBIDDEN', 403);
    await otherDoctor.get(home(loser));
    return id;
  });
  await step('and ends that contract by an agreement that both sign', async () => {
    await loser.send('POST', home(loser, moved, 'termination'), { reason: 'MOVING_AWAY' });
    assert.equal((await expect(loser, moved, 'TERMINATING')).agreement?.kind, 'TERMINATION');
    await otherDoctor.get(home(loser));
    await bothSign(otherDoctor, loser, moved);
    await expect(loser, moved, 'TERMINATED');
    await otherDoctor.refused('GET', home(loser), 'FORBIDDEN', 403);
  });
  await step(
    'a village doctor signs the other at home, without a network: sent twice, entered once',
    async () => {
      const capture = {
        captureId: 'capture-1',
        capturedAt: new Date(Date.parse(await city.clock.now()) - 3 * 3_600_000).toISOString(),
        templateVersion: '2026-1',
        evidenceSha256: 'c'.repeat(64),
      };
      const path = desk(villageDoctor, winner);
      const [one, other] = [
        await villageDoctor.send<Shown>('POST', path, { ...application, capture }),
        await villageDoctor.send<Shown>('POST', path, { ...application, capture }),
      ];
      assert.equal(one?.signingId, other?.signingId);
      const id = one?.signingId ?? '';
      await review(doctor, winner, id);
      const { agreement } = await expect(winner, id, 'SIGNING');
      const signature = { sha256: agreement?.sha256 };
      await doctor.send('POST', desk(doctor, winner, id, 'signature'), signature);
      await expect(winner, id, 'ACTIVE');
      await doctor.send('POST', desk(doctor, winner, id, 'death'));
      assert.equal((await expect(winner, id, 'DECEASED')).endedReason, 'DEATH_REPORTED');
      const refusal = await winner.refused('POST', home(winner), 'APPLICATION_REFUSED', 422, application);
      assert.deepEqual(codes(refusal), ['DECEASED_RESIDENT']);
      await doctor.refused('GET', home(winner), 'FORBIDDEN', 403);
    },
  );
  await step('no place is lost: 杨磊 holds the only one that was taken', async () => {
    assert.equal(await places(), before - 1);
    assert.equal(await places(small), 1);
  });
}
