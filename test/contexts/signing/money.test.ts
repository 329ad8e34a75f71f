import { describe, expect, test } from 'vitest';
import { openCharges } from '../../../functions/payment/open-charges.ts';
import { packagesFor, quoteFor, reasonsAgainst } from '../../../functions/signing/quote.ts';
import { usualSigning } from '../../../infra/cities/policy/signing.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { addMonths, instantAt } from '../../../shared/kernel/china-time.ts';
import { cityWith } from '../../support/city-policy.ts';
import { apply, bothSign, homePath, type Story, shown, sign, story, teamPath } from './story.ts';
import { ADULT, DAY, OLD, OTHER_TEAM, OTHER_TOWN, TEAM, TOWN, VILLAGE } from './world.ts';

const record = (told: Story, patientId: string, groups: readonly string[]) =>
  told.people.doctor.put(`/signing/institutions/town/patients/${patientId}/health-record`, {
    divisionCode: VILLAGE,
    groups,
  });

/** Reviewed and signed by both: what it costs is to be paid. */
async function signed(
  told: Story,
  patientId: string,
  packageIds: readonly string[],
  replaces?: { readonly signingId: string },
) {
  const moves = replaces === undefined ? {} : { careTeamId: OTHER_TEAM, replaces: replaces.signingId };
  const applied = await apply(told, patientId, { packageIds, ...moves });
  const { doctor, otherDoctor } = told.people;
  const [by, where] = replaces === undefined ? [doctor, TOWN] : [otherDoctor, OTHER_TOWN];
  shown(await by.post(teamPath(patientId, applied.signingId, 'review', where), { decision: 'APPROVE' }));
  return bothSign(told, applied, by, where);
}

describe('a personalised package', () => {
  test('is paid before the contract is in force', async () => {
    const told = await story();
    const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
    expect([waiting.status, waiting.charge]).toMatchObject(['PAYING', { amountFen: 12_000, status: 'OPEN' }]);
    expect((await told.people.doctor.get(homePath(ADULT))).code).toBe('FORBIDDEN');
    await told.world.pay(waiting);
    const paid = await told.world.now(waiting);
    expect([paid.status, paid.charge?.status, paid.chargePayer]).toEqual(['ACTIVE', 'PAID', undefined]);
    expect(await told.world.executions()).toEqual(['SUCCEEDED']);
  });

  test('that nobody pays lapses, and can be paid no more', async () => {
    const told = await story();
    const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
    await told.world.pass(4 * DAY);
    expect((await told.world.now(waiting)).endedReason).toBe('PAYMENT_TIMEOUT');
    const { charge } = await told.world.now(waiting);
    const lock = await readChargeLock(told.world.deps.table, {
      owner: 'signing',
      chargeId: charge?.chargeId ?? '',
    });
    expect(lock?.status).toBe('WITHDRAWN');
  });

  test('is let go by nobody while somebody pays it', async () => {
    const told = await story();
    const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
    await told.world.pay(waiting, 'claim');
    const refused = await told.people.of(ADULT).post(homePath(ADULT, waiting.signingId, 'withdrawal'));
    expect(refused.code).toBe('PAYMENT_UNDER_WAY');
    await told.world.pass(73 * 3_600_000);
    expect((await told.world.now(waiting)).status).toBe('PAYING');
    await told.world.pay(waiting, 'pay');
    expect((await told.world.now(waiting)).status).toBe('ACTIVE');
  });

  test('is for those it is meant for', async () => {
    const told = await story();
    const answer = await told.people
      .of(ADULT)
      .post(homePath(ADULT), { careTeamId: TEAM, divisionCode: VILLAGE, packageIds: ['ELDERLY_CARE'] });
    expect((answer.body as { reasons: { code: string }[] }).reasons[0]?.code).toBe('PACKAGE_NOT_FOR_YOU');
  });

  test('costs a resident registered as poor nothing', async () => {
    const told = await story();
    await record(told, ADULT, ['POVERTY']);
    const active = await signed(told, ADULT, ['FAMILY_PLUS']);
    expect([active.status, active.quote.dueFen, active.quote.waivedFen]).toEqual(['ACTIVE', 0, 12_000]);
  });
});

describe('services', () => {
  test('are counted as they are used, until none is left', async () => {
    const told = await story();
    const { signingId } = await sign(told);
    const use = (itemId: string, key?: string) =>
      told.people.doctor.post(homePath(ADULT, signingId, 'uses'), { itemId }, key);
    const first = shown(await use('HEALTH_ASSESSMENT', 'use-request-1'));
    expect(first.entitlements.find(({ itemId }) => itemId === 'HEALTH_ASSESSMENT')?.left).toBe(0);
    expect((await use('HEALTH_ASSESSMENT', 'use-request-1')).status).toBe(200);
    expect((await use('HEALTH_ASSESSMENT')).code).toBe('ENTITLEMENT_USED_UP');
    expect((await use('NONE')).code).toBe('ENTITLEMENT_UNKNOWN');
  });

  test('of one kind that are used at once are each counted', async () => {
    const told = await story();
    const { signingId } = await sign(told);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        told.people.doctor.post(homePath(ADULT, signingId, 'uses'), { itemId: 'FOLLOW_UP' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.filter(({ code }) => code === 'ENTITLEMENT_USED_UP')).toHaveLength(2);
  });
});

test('is suspended when an instalment stays unpaid, and goes on when it is paid', async () => {
  const told = await story();
  const waiting = await signed(told, OLD, ['ELDERLY_CARE']);
  expect(waiting.charge?.amountFen).toBe(3_000);
  await told.world.pay(waiting);
  await told.world.pass(93 * DAY);
  expect((await told.world.now(waiting)).charge).toMatchObject({ status: 'OPEN', amountFen: 3_000 });
  await told.world.pass(15 * DAY);
  expect((await told.world.now(waiting)).status).toBe('SUSPENDED');
  // Payment takes no charge after its `payBy`: a debt has none, and stands on the payer's list.
  const owed = await openCharges(told.world.deps, OLD);
  expect(owed).toMatchObject([{ owner: 'signing', amountFen: 3_000, category: 'SERVICE_PACKAGE' }]);
  expect(owed[0]?.payBy).toBeUndefined();
  const use = await told.people.doctor.post(homePath(OLD, waiting.signingId, 'uses'), {
    itemId: 'HOME_VISIT',
  });
  expect(use.code).toBe('NOT_IN_FORCE');
  await told.world.pay(waiting);
  const again = await told.world.now(waiting);
  expect([again.status, again.instalmentsPaid]).toEqual(['ACTIVE', 2]);
});

test('asks for its instalments by the term that was agreed on, whatever terms are agreed today', async () => {
  const values = usualSigning[0]?.values;
  if (values === undefined) throw new Error('no policy');
  const later = [{ from: '2026-04-01', values: { ...values, termMonths: 24 } }] as const;
  const told = await story({ city: cityWith('demo', 'signing', values, later) });
  const waiting = await signed(told, OLD, ['ELDERLY_CARE']);
  await told.world.pay(waiting);
  for (const [part, month] of [
    [2, 3],
    [3, 6],
    [4, 9],
  ] as const) {
    await told.world.pass(
      Date.parse(instantAt(addMonths('2026-03-02', month), '08:00')) - told.world.deps.clock.now(),
    );
    expect((await told.world.now(waiting)).charge).toMatchObject({
      chargeId: `${waiting.signingId}-1-${part}`,
      status: 'OPEN',
    });
    await told.world.pay(waiting);
  }
});

test('stays suspended for who asks to be let go, until the debt is paid', async () => {
  const told = await story();
  const waiting = await signed(told, OLD, ['ELDERLY_CARE']);
  await told.world.pay(waiting);
  await told.world.pass(108 * DAY);
  expect((await told.world.now(waiting)).status).toBe('SUSPENDED');
  const home = told.people.of(OLD);
  shown(await home.post(homePath(OLD, waiting.signingId, 'termination'), { reason: 'OTHER' }));
  const use = () =>
    told.people.doctor.post(homePath(OLD, waiting.signingId, 'uses'), { itemId: 'HOME_VISIT' });
  expect((await use()).code).toBe('NOT_IN_FORCE');
  await told.world.pay(waiting);
  expect((await use()).status).toBe(200);
});

test('gives back what was paid for a contract that ends at once, unused', async () => {
  const told = await story();
  const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
  await told.world.pay(waiting);
  await told.people.of(ADULT).post(homePath(ADULT, waiting.signingId, 'termination'), { reason: 'OTHER' });
  await bothSign(told, waiting);
  const ended = await told.world.now(waiting);
  expect([ended.status, ended.charge?.status]).toEqual(['TERMINATED', 'REFUND_DUE']);
  const lock = await readChargeLock(told.world.deps.table, {
    owner: 'signing',
    chargeId: ended.charge?.chargeId ?? '',
  });
  expect(lock?.status).toBe('REFUND_DUE');
});

test('gives it back as well where the team lets the first days pass and never signs', async () => {
  const told = await story();
  const end = async (day: number) => {
    const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
    await told.world.pay(waiting);
    await told.world.pass(day * DAY);
    const path = homePath(ADULT, waiting.signingId, 'termination');
    shown(await told.people.of(ADULT).post(path, { reason: 'OTHER' }));
    await told.world.pass(16 * DAY);
    const { status, charge } = await told.world.now(waiting);
    return [status, charge?.status];
  };
  expect(await end(6)).toEqual(['TERMINATED', 'REFUND_DUE']);
  expect(await end(7)).toEqual(['TERMINATED', 'PAID']);
});

test('gives back what was paid for a renewal when the resident moves to another team before it begins', async () => {
  const told = await story();
  const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
  await told.world.pay(waiting);
  await told.world.pass(340 * DAY);
  await bothSign(told, waiting);
  await told.world.pay(waiting);
  await sign(told, ADULT, { careTeamId: OTHER_TEAM, replaces: waiting.signingId });
  const old = await told.world.now(waiting);
  expect([old.status, old.charge?.status]).toEqual(['MOVED', 'REFUND_DUE']);
});

test.each([
  ['before', 0],
  ['when', 30],
])(
  'gives back nothing of a term that is used up, %s the next one begins, which costs nothing',
  async (_, days) => {
    const told = await story();
    const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
    await told.world.pay(waiting);
    await told.world.pass(340 * DAY);
    const home = told.people.of(ADULT);
    shown(await home.post(homePath(ADULT, waiting.signingId, 'renewal-packages'), { packageIds: [] }));
    await bothSign(told, waiting);
    await told.world.pass(days * DAY);
    shown(await home.post(homePath(ADULT, waiting.signingId, 'termination'), { reason: 'OTHER' }));
    await bothSign(told, waiting);
    const ended = await told.world.now(waiting);
    expect([ended.status, ended.charge?.status]).toEqual(['TERMINATED', 'PAID']);
  },
);

test('renews a paid package at the price of the day, and turns when the old term ends', async () => {
  const told = await story();
  const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
  await told.world.pay(waiting);
  await told.world.pass(340 * DAY);
  await bothSign(told, waiting);
  const paying = await told.world.now(waiting);
  expect([paying.status, paying.charge?.payBy]).toEqual(['RENEWAL_PAYING', '2027-03-01T16:00:00.000Z']);
  await told.world.pay(waiting);
  await told.world.pass(30 * DAY);
  const turned = await told.world.now(waiting);
  expect([turned.status, turned.round, turned.instalmentsPaid, turned.charge?.chargeId]).toEqual([
    'ACTIVE',
    2,
    1,
    `${waiting.signingId}-2-1-2`,
  ]);
});

test('can be renewed and paid after a termination that was asked for and recalled', async () => {
  const told = await story();
  const waiting = await signed(told, ADULT, ['FAMILY_PLUS']);
  await told.world.pay(waiting);
  await told.world.pass(340 * DAY);
  await bothSign(told, waiting);
  const home = told.people.of(ADULT);
  shown(await home.post(homePath(ADULT, waiting.signingId, 'termination'), { reason: 'OTHER' }));
  expect((await told.world.now(waiting)).charge?.status).toBe('VOID');
  shown(await home.post(homePath(ADULT, waiting.signingId, 'termination-recall')));
  await told.world.pass(60_000);
  await bothSign(told, waiting);
  expect((await told.world.now(waiting)).status).toBe('RENEWAL_PAYING');
  await told.world.pay(waiting);
  const renewed = await told.world.now(waiting);
  expect([renewed.status, renewed.next?.instalmentsPaid]).toEqual(['ACTIVE', 1]);
});

test('renews with a package that is new in the catalogue, and names it', async () => {
  const values = usualSigning[0]?.values;
  const fresh = { packageId: 'FRESH', name: '新增服务包', kind: 'PERSONALISED', feeFen: 0, instalments: 1 };
  const packages = [
    ...(values?.packages ?? []),
    { ...fresh, items: [{ itemId: 'NEW', name: '新项目', perTerm: 3 }] },
  ];
  const later = [{ from: '2027-01-01', values: { ...values, packages } }] as const;
  const told = await story({ city: cityWith('demo', 'signing', values, later) });
  const active = await sign(told);
  await told.world.pass(340 * DAY);
  const home = told.people.of(ADULT);
  shown(await home.post(homePath(ADULT, active.signingId, 'renewal-packages'), { packageIds: ['FRESH'] }));
  await bothSign(told, active);
  await told.world.pass(30 * DAY);
  const renewed = await home.get(homePath(ADULT, active.signingId));
  expect(renewed.body).toMatchObject({
    round: 2,
    packages: [{ name: '基本服务包' }, { packageId: 'FRESH', name: '新增服务包' }],
  });
  expect(shown(renewed).entitlements).toContainEqual({ itemId: 'NEW', name: '新项目', total: 3, left: 3 });
});

test('moves while an instalment of the old contract is due: that one is void', async () => {
  const told = await story();
  const waiting = await signed(told, OLD, ['ELDERLY_CARE']);
  await told.world.pay(waiting);
  await told.world.pass(93 * DAY);
  await sign(told, OLD, { careTeamId: OTHER_TEAM, replaces: waiting.signingId });
  const old = await told.world.now(waiting);
  expect([old.status, old.charge?.status, old.chargePayer]).toEqual(['MOVED', 'VOID', undefined]);
});

describe('while an instalment of the old contract is being paid, a new one with another team', () => {
  async function payingOld(told: Story) {
    const old = await signed(told, OLD, ['ELDERLY_CARE']);
    await told.world.pay(old);
    await told.world.pass(93 * DAY);
    await told.world.pay(old, 'claim');
    return old;
  }

  test('is not signed, and says why', async () => {
    const told = await story();
    const old = await payingOld(told);
    const { otherDoctor, of } = told.people;
    const { signingId } = await apply(told, OLD, { careTeamId: OTHER_TEAM, replaces: old.signingId });
    const team = (step: string) => teamPath(OLD, signingId, step, OTHER_TOWN);
    await otherDoctor.post(team('review'), { decision: 'APPROVE' });
    const sha256 = shown(await of(OLD).get(homePath(OLD, signingId))).agreement?.sha256;
    await of(OLD).post(homePath(OLD, signingId, 'signature'), { sha256 });
    expect((await otherDoctor.post(team('signature'), { sha256 })).code).toBe('PAYMENT_UNDER_WAY');
    await told.world.pay(old, 'open');
    expect((await otherDoctor.post(team('signature'), { sha256 })).status).toBe(200);
  });

  test('that has been paid comes into force when that is over, though nobody tells of it again', async () => {
    const told = await story();
    const old = await payingOld(told);
    const waiting = await signed(told, OLD, ['ELDERLY_CARE'], old);
    // The event comes a few times, as long as the other payment is under way, and is given up.
    await expect(told.world.pay(waiting)).rejects.toMatchObject({ name: 'PAYMENT_UNDER_WAY' });
    await told.world.pay(old, 'open');
    await told.world.pass(4 * DAY);
    expect((await told.world.now(waiting)).status).toBe('ACTIVE');
    expect((await told.world.now(old)).status).toBe('MOVED');
  });
});

test('of somebody who has died, and for whom another team’s contract was being paid, gives the money back', async () => {
  const told = await story();
  const held = await sign(told);
  const waiting = await signed(told, ADULT, ['FAMILY_PLUS'], held);
  await told.world.pay(waiting, 'claim');
  // The application cannot be ended while it is being paid, and the event that would do it is given up.
  const death = told.people.doctor.post(teamPath(ADULT, held.signingId, 'death'));
  await expect(death).rejects.toMatchObject({ name: 'PAYMENT_UNDER_WAY' });
  await told.world.pay(waiting);
  const ended = await told.world.now(waiting);
  expect([ended.status, ended.charge?.status]).toEqual(['DECEASED', 'REFUND_DUE']);
  expect((await told.world.now(held)).status).toBe('DECEASED');
});

describe('the packages', () => {
  const basic = { packageId: 'BASE', kind: 'BASIC' } as never;
  const plus = { packageId: 'PLUS', kind: 'PERSONALISED', groups: ['ELDERLY', 'DISABLED'] } as never;
  const other = { packageId: 'OTHER', kind: 'PERSONALISED' } as never;
  const from = (...chosen: readonly string[]) => packagesFor({ packages: [plus, basic, other] }, chosen);

  test('are every basic one and those that were chosen', () => {
    expect(from()).toEqual([basic]);
    expect(from('OTHER', 'PLUS')).toEqual([basic, other, plus]);
  });

  test('are unknown where one is, where one was chosen twice, and where one is not to be chosen', () => {
    for (const chosen of [['NONE'], ['PLUS', 'NONE'], ['PLUS', 'PLUS'], ['BASE']])
      expect(from(...chosen)).toBeUndefined();
    expect(reasonsAgainst(undefined, [])).toMatchObject([{ code: 'PACKAGE_UNKNOWN' }]);
  });

  test('are for who is in one of their groups', () => {
    expect(reasonsAgainst([basic, plus, other], ['DISABLED'])).toEqual([]);
    expect(reasonsAgainst([basic, plus, other], ['DIABETES'])).toMatchObject([
      { code: 'PACKAGE_NOT_FOR_YOU', detail: { packageId: 'PLUS' } },
    ]);
  });
});

describe('the price', () => {
  const policy = usualSigning[0]?.values;
  if (policy === undefined) throw new Error('no policy');
  const packages = (...ids: string[]) => policy.packages.filter(({ packageId }) => ids.includes(packageId));

  test('takes the largest subsidy whose groups the resident is all in', () => {
    const both = quoteFor(policy, packages('DIABETES_CARE', 'HYPERTENSION_CARE'), [
      'DIABETES',
      'HYPERTENSION',
    ]);
    expect(both).toMatchObject({ grossFen: 28_000, subsidyFen: 16_000, dueFen: 12_000 });
    expect(quoteFor(policy, packages('HYPERTENSION_CARE'), ['HYPERTENSION']).subsidyFen).toBe(8_000);
  });

  test('is that of what was chosen: a basic package is paid by others', () => {
    const basic = { kind: 'BASIC', feeFen: 5_000, instalments: 1 } as never;
    const chosen = { kind: 'PERSONALISED', feeFen: 10_000, instalments: 1 } as never;
    const rules = {
      subsidies: [{ groups: ['ELDERLY'], amountFen: 2_000 }],
      waivers: [{ group: 'ELDERLY', percent: 50 }],
    } as never;
    expect(quoteFor(rules, [basic, chosen], ['ELDERLY'])).toEqual({
      grossFen: 10_000,
      subsidyFen: 2_000,
      waivedFen: 4_000,
      dueFen: 4_000,
      instalmentsFen: [4_000],
    });
    expect(quoteFor(rules, [basic], [])).toMatchObject({ grossFen: 0, dueFen: 0, instalmentsFen: [] });
  });

  test('is never below nothing, and its parts are never more or less than the whole', () => {
    expect(quoteFor(policy, packages('HYPERTENSION_CARE'), ['HYPERTENSION', 'DIABETES']).dueFen).toBe(0);
    for (let feeFen = 1; feeFen < 400; feeFen += 1) {
      const one = { ...packages('ELDERLY_CARE')[0], feeFen, instalments: 7 } as never;
      const { instalmentsFen, dueFen } = quoteFor({ ...policy, subsidies: [] }, [one], ['DISABLED']);
      expect(instalmentsFen.reduce((sum, part) => sum + part, 0)).toBe(dueFen);
      expect(instalmentsFen.every((part) => part > 0)).toBe(true);
    }
  });
});
