import { beforeEach, describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { payment } from '../../../functions/payment/context.ts';
import { workItems } from '../../../functions/payment/worklist.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { type Answer, type Door, door, staff } from '../booking/door.ts';
import { outcome } from '../booking/scene.ts';
import {
  appointmentNow,
  CLINIC,
  foreignCharge,
  HOSPITAL,
  heldAppointment,
  ME,
  MINUTE,
  opened,
  type PaymentScene,
  payerPays,
  paymentScene,
} from './scene.ts';

let scene: PaymentScene;
let ask: Door;
let clerk: string;
let clinicClerk: string;

beforeEach(async () => {
  scene = await paymentScene();
  ask = door(scene.deps, payment);
  clerk = await staff(scene.deps, 'acc-clerk', ['clerk'], { institutionId: HOSPITAL });
  clinicClerk = await staff(scene.deps, 'acc-clinic', ['clerk'], { institutionId: CLINIC });
});

const desk = (path: string, institutionId = HOSPITAL) => `/payment/institutions/${institutionId}${path}`;

interface Taken {
  readonly settlementId: string;
  readonly refunds: readonly { readonly refundNo: string; readonly status: string }[];
}

async function take(
  chargeIds: readonly string[],
  more: { key?: string; as?: string; at?: string } = {},
): Promise<Answer> {
  const { key, as = clerk, at = HOSPITAL } = more;
  const body = { patientId: ME, chargeIds, means: 'CASH' };
  const asking = { as, body };
  return ask('POST', desk('/onsite-settlements', at), key === undefined ? asking : { ...asking, key });
}

async function taken(chargeIds: readonly string[]): Promise<Taken> {
  const answer = await take(chargeIds);
  expect(answer.status).toBe(201);
  await scene.hear();
  return answer.body as Taken;
}

function ledger() {
  return scene.deps
    .all()
    .filter(({ pk, sk }) => pk.startsWith('payment#ledger#') && sk.startsWith('posting#'))
    .map(({ kind, lines }) => ({ kind, lines }));
}

describe('at the window', () => {
  test('a clerk sees what the patient owes this institution, and nothing of the others', async () => {
    const held = await heldAppointment(scene);
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: CLINIC });
    const { body } = await ask('GET', desk(`/patients/${ME}/charges`), { as: clerk });
    expect(body).toMatchObject({ charges: [{ chargeId: held.charge?.chargeId ?? '' }], totalFen: 2_000 });
    const theirs = await ask('GET', desk(`/patients/${ME}/charges`, CLINIC), { as: clinicClerk });
    expect(theirs.body).toMatchObject({ charges: [{ chargeId: 'lab-1' }], totalFen: 15_050 });
  });

  test('money taken books the number, and lies in the till', async () => {
    const held = await heldAppointment(scene);
    const { settlementId } = await taken([held.charge?.chargeId ?? '']);
    expect(await appointmentNow(scene, held)).toMatchObject({ status: 'BOOKED', charge: { status: 'PAID' } });
    const line = { outTradeNo: `${settlementId}-1` };
    expect(ledger()).toEqual([
      {
        kind: 'PAYMENT',
        lines: [
          { ...line, account: `till:${HOSPITAL}`, fen: 2_000 },
          { ...line, account: `payee:${HOSPITAL}`, fen: -2_000, chargeId: held.charge?.chargeId ?? '' },
        ],
      },
    ]);
    expect(scene.standIn.desk.books.all('order').size).toBe(0);
  });

  test('the same request takes it once; another request for it is refused', async () => {
    const held = await heldAppointment(scene);
    const first = await take([held.charge?.chargeId ?? ''], { key: 'one-request' });
    const again = await take([held.charge?.chargeId ?? ''], { key: 'one-request' });
    expect(again.body).toEqual(first.body);
    expect(await take([held.charge?.chargeId ?? ''])).toMatchObject({ status: 409, code: 'CHARGE_NOT_OPEN' });
    expect(ledger()).toHaveLength(1);
  });

  test('the same key at another institution is another request, and shows nothing of this one', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2', payeeId: CLINIC });
    const above = { institutionId: 'county-health-bureau' };
    for (const id of [HOSPITAL, CLINIC])
      await scene.deps.table.put({ pk: `institution#${id}`, sk: 'place', ancestors: [above.institutionId] });
    const as = await staff(scene.deps, 'acc-above', ['institution-administrator'], above);
    const [here, there] = [
      await take(['lab-1'], { as, key: 'one-request-key' }),
      await take(['lab-2'], { as, key: 'one-request-key', at: CLINIC }),
    ];
    expect([here, there]).toMatchObject([
      { status: 201, body: { lines: [{ chargeId: 'lab-1' }] } },
      { status: 201, body: { lines: [{ chargeId: 'lab-2' }] } },
    ]);
  });

  test('what is being paid online is refused, until the payer has given up (P3)', async () => {
    const held = await heldAppointment(scene);
    const { settlement } = await opened(scene, [held]);
    const answer = await take([held.charge?.chargeId ?? '']);
    expect(answer).toMatchObject({ status: 409, code: 'CHARGE_NOT_OPEN' });
    expect((answer.body as { reasons: unknown[] }).reasons).toMatchObject([
      { detail: { chargeId: held.charge?.chargeId ?? '' } },
    ]);
    expect(ledger()).toEqual([]);
    await closeSettlement(scene.deps, settlement, 'PAYER');
    await taken([held.charge?.chargeId ?? '']);
    expect((await appointmentNow(scene, held)).status).toBe('BOOKED');
  });

  test('what was paid at the window cannot be paid online any more', async () => {
    const held = await heldAppointment(scene);
    await taken([held.charge?.chargeId ?? '']);
    expect(await outcome(opened(scene, [held]))).toContain('CHARGE_NOT_OPEN');
  });

  test('another institution’s charge is refused like one that does not exist', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: CLINIC });
    const [theirs, nobodys] = [await take(['lab-1']), await take(['lab-9'])];
    expect([theirs.status, theirs.code]).toEqual([nobodys.status, nobodys.code]);
    expect(
      await readChargeLock(scene.deps.table, { owner: 'laboratory', chargeId: 'lab-1' }),
    ).toBeUndefined();
  });

  test('neither an amount nor an unknown means is taken from the clerk', async () => {
    const body = { patientId: ME, chargeIds: ['lab-1'], means: 'CHEQUE', amountFen: 1 };
    const answer = await ask('POST', desk('/onsite-settlements'), { as: clerk, body });
    const { fields } = answer.body as { fields: { path: string }[] };
    expect(fields.map(({ path }) => path).toSorted()).toEqual(['amountFen', 'means']);
  });

  test('a late payment by telephone of what the window has taken meanwhile goes back', async () => {
    const held = await heldAppointment(scene);
    scene.standIn.knobs.set({ userPaying: 1 });
    const { settlement, prepayId } = await opened(scene, [held]);
    await payerPays(scene, prepayId);
    await scene.pass(25 * 60 * MINUTE);
    expect((await appointmentNow(scene, held)).status).toBe('EXPIRED');
    const lab = await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    await taken([lab.chargeId]);
    await scene.standIn.payer.finish(prepayId, true);
    await scene.pass(3 * MINUTE);
    const { settlementId } = settlement;
    expect((await ask('GET', desk(`/settlements/${settlementId}`), { as: clerk })).body).toMatchObject({
      late: 'GIVEN_BACK',
      refunds: [{ amountFen: 2_000, status: 'SUCCESS' }],
    });
  });
});

describe('a refund over the counter', () => {
  async function calledOff(): Promise<{ settlementId: string; refundNo: string; chargeId: string }> {
    const held = await heldAppointment(scene);
    const { settlementId } = await taken([held.charge?.chargeId ?? '']);
    await cancelAppointment(scene.deps, held, { doer: { by: 'me' } });
    await scene.pass(10 * MINUTE);
    const { body } = await ask('GET', desk(`/settlements/${settlementId}`), { as: clerk });
    const [refund] = (body as Taken).refunds;
    expect(refund).toMatchObject({ status: 'REQUESTED' });
    return { settlementId, refundNo: refund?.refundNo ?? '', chargeId: held.charge?.chargeId ?? '' };
  }

  test('waits on the worklist until a clerk says that the money was given', async () => {
    const { settlementId, refundNo, chargeId } = await calledOff();
    const work = { listId: HOSPITAL, workItemId: `refund-${refundNo}` };
    expect(await workItems.get(scene.deps.table, work)).toMatchObject({
      kind: 'REFUND_AT_DESK',
      status: 'OPEN',
      ourFen: 2_000,
    });
    const confirm = desk(`/settlements/${settlementId}/refunds/${refundNo}/confirm`);
    for (const _ of ['once', 'twice']) {
      const answer = await ask('POST', confirm, { as: clerk });
      expect(answer).toMatchObject({ status: 200, body: { refund: { status: 'SUCCESS' } } });
    }
    expect(await workItems.get(scene.deps.table, work)).toMatchObject({
      status: 'RESOLVED',
      resolvedBy: 'acc-clerk',
    });
    await scene.hear();
    const written = scene.deps.all().filter(({ purpose }) => purpose === 'payment-refund-succeeded');
    expect(written.map(({ pk, actorId }) => [pk, actorId])).toEqual([[`audit#${ME}`, 'acc-clerk']]);
    const lock = await readChargeLock(scene.deps.table, { owner: 'booking', chargeId });
    expect(lock?.status).toBe('REFUNDED');
    const till = ledger().flatMap(({ lines }) => lines as { account: string; fen: number }[]);
    expect(till.filter(({ account }) => account === `till:${HOSPITAL}`).map(({ fen }) => fen)).toEqual([
      2_000, -2_000,
    ]);
  });

  test('is confirmed by nobody of another house', async () => {
    const { settlementId, refundNo } = await calledOff();
    for (const step of ['confirm', 'retry']) {
      const path = `/settlements/${settlementId}/refunds/${refundNo}/${step}`;
      expect(await ask('POST', desk(path, CLINIC), { as: clinicClerk })).toMatchObject({
        status: 404,
        code: 'REFUND_NOT_FOUND',
      });
      expect((await ask('POST', desk(path), { as: clinicClerk })).status).toBe(403);
    }
  });

  test('is not asked for anew while it waits', async () => {
    const { settlementId, refundNo } = await calledOff();
    const retry = desk(`/settlements/${settlementId}/refunds/${refundNo}/retry`);
    expect(await ask('POST', retry, { as: clerk })).toMatchObject({ status: 409, code: 'WRONG_STATE' });
  });
});
