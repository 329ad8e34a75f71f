import { createPublicKey, verify } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { payment } from '../../../functions/payment/context.ts';
import { merchantSecret } from '../../../functions/payment/merchants.ts';
import { openidKey } from '../../../shared/access/openid-view.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { putSecret } from '../../../shared/privacy/secrets.ts';
import type { LaunchParameters } from '../../../shared/wechat/pay/signing.ts';
import { vectors } from '../../shared/wechat-pay-keys.ts';
import { type Answer, type Door, door, resident } from '../booking/door.ts';
import {
  ACCOUNT,
  appointmentNow,
  CLINIC,
  foreignCharge,
  HOSPITAL,
  heldAppointment,
  ME,
  MERCHANTS,
  MINUTE,
  type PaymentScene,
  payerPays,
  paymentScene,
  settlementNow,
} from './scene.ts';

const OTHER = 'pat00002';
const APPID = 'wx00000000laptop';

/** What no answer may hold: how things are stored, who asked, and what WeChat alone needs to know. */
const INSIDE =
  /openedBy|requestedBy|putBy|"prepay"|checks|"pk"|"sk"|lookup|dueAt|eventId|openid|account-|mchid":""/;

let scene: PaymentScene;
let ask: Door;
let me: string;

beforeEach(async () => {
  scene = await paymentScene();
  ask = door(scene.deps, payment);
  me = await resident(scene.deps, ACCOUNT, ME);
});

const mine = (path: string) => `/payment/patients/${ME}${path}`;

interface Opened {
  readonly settlement: {
    readonly settlementId: string;
    readonly status: string;
    readonly totalFen: number;
    readonly lines: readonly Record<string, unknown>[];
    readonly refunds: readonly Record<string, unknown>[];
  };
  readonly launch?: LaunchParameters;
}

async function open(chargeIds: readonly string[], more: { key?: string; as?: string } = {}): Promise<Answer> {
  const { key, as = me } = more;
  const asking = { as, body: { chargeIds } };
  return ask('POST', mine('/settlements'), key === undefined ? asking : { ...asking, key });
}

async function opened(chargeIds: readonly string[], key?: string): Promise<Opened> {
  const answer = await open(chargeIds, key === undefined ? {} : { key });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as Opened;
}

function prepayOf({ launch }: Opened): string {
  return launch?.package.replace('prepay_id=', '') ?? '';
}

async function paid(chargeIds: readonly string[]): Promise<Opened> {
  const whole = await opened(chargeIds);
  expect(await payerPays(scene, prepayOf(whole))).toBe('PAID');
  await scene.pass(MINUTE);
  return whole;
}

describe('open charges', () => {
  test('of several contexts are one list with one sum, each with its payee and its time', async () => {
    const held = await heldAppointment(scene);
    scene.deps.clock.advance(1_000);
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: CLINIC });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2', status: 'PAID' });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-3' }, OTHER);
    const { status, body } = await ask('GET', mine('/charges'), { as: me });
    expect(status).toBe(200);
    expect(body).toEqual({
      charges: [
        {
          chargeId: held.charge?.chargeId,
          category: 'REGISTRATION',
          amountFen: 2_000,
          payeeId: HOSPITAL,
          payBy: '2026-03-02T00:15:00.000Z',
          since: '2026-03-02T00:00:00.000Z',
        },
        {
          chargeId: 'lab-1',
          category: 'EXAMINATION',
          amountFen: 15_050,
          payeeId: CLINIC,
          since: '2026-03-02T00:00:01.000Z',
        },
      ],
      totalFen: 17_050,
    });
  });

  test('of a context that payment has never heard of are paid, and its owner is told', async () => {
    const held = await heldAppointment(scene);
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: CLINIC });
    const { settlement } = await paid([held.charge?.chargeId ?? '', 'lab-1']);
    expect(settlement.totalFen).toBe(17_050);
    const lock = await readChargeLock(scene.deps.table, { owner: 'laboratory', chargeId: 'lab-1' });
    expect(lock).toMatchObject({ status: 'PAID', amountFen: 15_050, settlementId: settlement.settlementId });
    expect(lock).toMatchObject({ eventType: 'laboratory.charge-changed' });
    expect((await appointmentNow(scene, held)).status).toBe('BOOKED');
  });
});

describe('opening a settlement', () => {
  test('takes no amount from the client: the field is named, and nothing is claimed', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const before = JSON.stringify(scene.deps.all());
    for (const field of ['totalFen', 'amountFen', 'payeeId', 'lines']) {
      const body = { chargeIds: ['lab-1'], [field]: 1 };
      const answer = await ask('POST', mine('/settlements'), { as: me, body });
      expect(answer).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
      expect((answer.body as { fields: unknown[] }).fields).toEqual([
        expect.objectContaining({ in: 'body', path: field, code: 'unknown_field' }),
      ]);
    }
    expect(JSON.stringify(scene.deps.all())).toBe(before);
  });

  test('answers a repeat with the same settlement, also when it was paid meanwhile', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const first = await opened(['lab-1'], 'the-same-key');
    const second = await opened(['lab-1'], 'the-same-key');
    expect(second.settlement).toEqual(first.settlement);
    await payerPays(scene, prepayOf(second));
    expect(await payerPays(scene, prepayOf(first))).toBe('ALREADY_PAID');
    await scene.pass(MINUTE);
    const third = await opened(['lab-1'], 'the-same-key');
    expect(third.settlement).toMatchObject({
      settlementId: first.settlement.settlementId,
      status: 'PAID',
    });
    expect(third.launch).toBeUndefined();
    expect(scene.standIn.desk.books.all('order').size).toBe(1);
  });

  test('another request for a charge that is being paid is refused, and names the charge', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2' });
    await opened(['lab-1']);
    const answer = await open(['lab-2', 'lab-1']);
    expect(answer).toMatchObject({ status: 409, code: 'CHARGE_NOT_OPEN' });
    expect((answer.body as { reasons: unknown[] }).reasons).toMatchObject([
      { code: 'CHARGE_NOT_OPEN', detail: { chargeId: 'lab-1' } },
    ]);
    const lock = await readChargeLock(scene.deps.table, { owner: 'laboratory', chargeId: 'lab-2' });
    expect(lock).toBeUndefined();
  });

  test('twenty requests at once open one settlement', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(['lab-1'])));
    const codes = answers.map(({ status, code }) => code ?? status).toSorted();
    expect(codes).toEqual([201, ...Array.from({ length: 19 }, () => 'CHARGE_NOT_OPEN')]);
  });

  test('of somebody else’s charge is refused like one that does not exist', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' }, OTHER);
    const [theirs, nobodys] = [await open(['lab-1']), await open(['lab-9'])];
    expect([theirs.status, theirs.code]).toEqual([nobodys.status, nobodys.code]);
    expect(theirs.code).toBe('CHARGE_NOT_OPEN');
  });

  test('is refused when less than a minute is left, and opened at a minute', async () => {
    const held = await heldAppointment(scene);
    scene.deps.clock.advance(14 * MINUTE + 1);
    expect(await open([held.charge?.chargeId ?? ''])).toMatchObject({ status: 409, code: 'TOO_LATE_TO_PAY' });
    scene.deps.clock.advance(-1);
    expect((await open([held.charge?.chargeId ?? ''])).status).toBe(201);
  });

  test('of more than WeChat takes at once is refused, and claims nothing', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', amountFen: 1_000_000_001 });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2', payeeId: CLINIC });
    const before = scene.deps.all().length;
    const refused = { status: 409, code: 'SUM_NOT_PAYABLE' };
    expect(await open(['lab-1'])).toMatchObject(refused);
    expect(await open(['lab-1', 'lab-2'])).toMatchObject(refused);
    expect(scene.deps.all()).toHaveLength(before);
  });

  test('for an institution without a merchant is refused with its name', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: 'village-9' });
    const answer = await open(['lab-1']);
    expect(answer).toMatchObject({ status: 409, code: 'PAYEE_UNKNOWN' });
    expect((answer.body as { reasons: unknown[] }).reasons).toMatchObject([
      { detail: { institutionId: 'village-9' } },
    ]);
  });

  test('by somebody whom WeChat does not know keeps the charge payable by the same request later', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const view = await scene.deps.table.get(openidKey(ACCOUNT));
    if (view === undefined) throw new Error('no such account');
    await scene.deps.table.delete(openidKey(ACCOUNT));
    expect(await open(['lab-1'], { key: 'one-request' })).toMatchObject({ code: 'PAYER_UNKNOWN' });
    await scene.deps.table.put(view);
    expect((await open(['lab-1'], { key: 'one-request' })).status).toBe(201);
  });

  test('while WeChat gives nothing answers 503; the same request opens the same settlement later', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    scene.standIn.knobs.set({ wrongSignatures: 3 });
    expect(await open(['lab-1'], { key: 'one-request' })).toMatchObject({
      status: 503,
      code: 'PAY_UNAVAILABLE',
    });
    const again = await opened(['lab-1'], 'one-request');
    expect(again.settlement.status).toBe('PENDING');
    expect(scene.standIn.desk.books.all('order').size).toBe(1);
    expect(await payerPays(scene, prepayOf(again))).toBe('PAID');
  });

  test.each(['hospital', 'clinic', 'combining'] as const)(
    'while nobody has put the keys of the %s claims nothing',
    async (merchant) => {
      await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
      await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2', payeeId: CLINIC });
      const { name } = merchantSecret(MERCHANTS[merchant]);
      const secret = scene.deps.all().find(({ pk, sk }) => pk.startsWith('secrets#') && sk.endsWith(name));
      if (secret === undefined) throw new Error('no such secret');
      await scene.deps.table.delete(secret);
      const before = scene.deps.all().length;
      expect(await open(['lab-1', 'lab-2'])).toMatchObject({ status: 404, code: 'MERCHANT_UNKNOWN' });
      expect(scene.deps.all()).toHaveLength(before);
      // A slip of the operator’s.
      await putSecret(scene.deps, merchantSecret(MERCHANTS[merchant]), '{"mchid":"1900425001"');
      expect(await open(['lab-1', 'lab-2'])).toMatchObject({ status: 404, code: 'MERCHANT_UNKNOWN' });
      expect(scene.deps.all()).toHaveLength(before + 1);
    },
  );
});

describe('the launch parameters', () => {
  test('are signed with the merchant’s key, and fresh for every call', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const first = await opened(['lab-1']);
    const { status, body } = await ask('POST', mine(`/settlements/${first.settlement.settlementId}/launch`), {
      as: me,
    });
    expect(status).toBe(200);
    const again = body as LaunchParameters;
    expect(again.nonceStr).not.toBe(first.launch?.nonceStr);
    const publicKey = createPublicKey(vectors.testOnlyKeys.merchant.privateKeyPem);
    for (const launch of [first.launch, again]) {
      const { timeStamp, nonceStr, package: prepay, signType, paySign = '' } = launch ?? {};
      expect(signType).toBe('RSA');
      const message = Buffer.from(`${APPID}\n${timeStamp}\n${nonceStr}\n${prepay}\n`);
      expect(verify('RSA-SHA256', message, publicKey, Buffer.from(paySign, 'base64'))).toBe(true);
      expect(
        verify('RSA-SHA256', Buffer.concat([message, message]), publicKey, Buffer.from(paySign, 'base64')),
      ).toBe(false);
    }
  });

  test('are, asked for again by whoever may pay, those of one order for one payer', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const { settlement, launch } = await opened(['lab-1']);
    const at = mine(`/settlements/${settlement.settlementId}/launch`);
    const guardian = await resident(scene.deps, 'account-guardian', ME, 'GUARDIAN');
    const { status, body } = await ask('POST', at, { as: guardian });
    expect(status).toBe(200);
    const { payer } = scene.standIn;
    expect(await payer.requestPayment(body as LaunchParameters, undefined)).toMatchObject({
      outcome: 'PAID',
    });
    expect(await payer.requestPayment(launch as LaunchParameters, undefined)).toMatchObject({
      reason: 'ALREADY_PAID',
    });
  });

  test('are not given once the time to pay is over, though nobody has closed it yet', async () => {
    const [schedule, key] = [await heldAppointment(scene), 'the-same-key'];
    const { settlement } = await opened([schedule.charge?.chargeId ?? ''], key);
    const at = mine(`/settlements/${settlement.settlementId}/launch`);
    const { payBy } = await settlementNow(scene, settlement);
    scene.deps.clock.set(new Date(Date.parse(payBy) - 1).toISOString());
    expect((await ask('POST', at, { as: me })).status).toBe(200);
    scene.deps.clock.set(payBy);
    expect(await ask('POST', at, { as: me })).toMatchObject({ status: 409, code: 'TOO_LATE_TO_PAY' });
    const again = await opened([schedule.charge?.chargeId ?? ''], key);
    expect(again.settlement).toMatchObject({ settlementId: settlement.settlementId, status: 'PENDING' });
    expect(again.launch).toBeUndefined();
  });

  test('open the cashier of the payer for whom they were made, and of nobody else', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const { launch } = await opened(['lab-1']);
    if (launch === undefined) throw new Error('nothing to launch');
    expect(await scene.standIn.payer.requestPayment(launch, 'o-somebody-else')).toMatchObject({
      reason: 'OTHER_PAYER',
    });
    expect(
      await scene.standIn.payer.requestPayment({ ...launch, nonceStr: 'changed' }, undefined),
    ).toMatchObject({ reason: 'LAUNCH_SIGNATURE' });
    expect(await scene.standIn.payer.requestPayment(launch, undefined)).toMatchObject({ outcome: 'PAID' });
  });

  test('are not given for what is paid, or closed', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2' });
    const one = await paid(['lab-1']);
    const other = await opened(['lab-2']);
    const at = ({ settlement }: Opened, verb: string) =>
      mine(`/settlements/${settlement.settlementId}/${verb}`);
    expect(await ask('POST', at(one, 'launch'), { as: me })).toMatchObject({ code: 'SETTLEMENT_PAID' });
    expect(await ask('POST', at(one, 'close'), { as: me })).toMatchObject({ code: 'SETTLEMENT_PAID' });
    expect(await ask('POST', at(other, 'close'), { as: me })).toMatchObject({
      status: 200,
      body: { status: 'CLOSED', closedBecause: 'PAYER' },
    });
    expect(await ask('POST', at(other, 'launch'), { as: me })).toMatchObject({ code: 'SETTLEMENT_CLOSED' });
    expect((await open(['lab-2'])).status).toBe(201);
  });
});

describe('a settlement', () => {
  test('that was paid is found by asking, before any notification came', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    scene.standIn.knobs.set({ lost: 1 });
    const whole = await opened(['lab-1']);
    const check = mine(`/settlements/${whole.settlement.settlementId}/check`);
    expect((await ask('POST', check, { as: me })).body).toMatchObject({ status: 'PENDING' });
    await payerPays(scene, prepayOf(whole));
    expect((await ask('POST', check, { as: me })).body).toMatchObject({ status: 'PAID' });
  });

  test('that somebody asks about, or gives up, is written down under who it was', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const { settlement } = await opened(['lab-1']);
    const family = await resident(scene.deps, 'acc-family', ME, 'FAMILY');
    const path = mine(`/settlements/${settlement.settlementId}`);
    expect((await ask('POST', `${path}/check`, { as: family })).status).toBe(200);
    expect((await ask('POST', `${path}/close`, { as: family })).body).toMatchObject({ status: 'CLOSED' });
    await scene.hear();
    const written = scene.deps.all().filter(({ pk }) => pk === `audit#${ME}`);
    expect(written.map(({ actorId, action, purpose }) => [actorId, action, purpose])).toEqual(
      expect.arrayContaining([
        ['acc-family', 'READ', 'self-or-family'],
        ['acc-family', 'WRITE', 'payment-settlement-closed'],
      ]),
    );
  });

  test('whose payer stands at the cashier is not closed under their hands', async () => {
    const held = await heldAppointment(scene);
    scene.standIn.knobs.set({ userPaying: 1 });
    const whole = await opened([held.charge?.chargeId ?? '']);
    await payerPays(scene, prepayOf(whole));
    const close = mine(`/settlements/${whole.settlement.settlementId}/close`);
    expect(await ask('POST', close, { as: me })).toMatchObject({ status: 409, code: 'PAYER_AT_CASHIER' });
    await scene.standIn.payer.finish(prepayOf(whole), true);
    await scene.pass(MINUTE);
    expect(await appointmentNow(scene, held)).toMatchObject({ status: 'BOOKED', charge: { status: 'PAID' } });
  });

  test('shows its receipt, and how far each refund is', async () => {
    const held = await heldAppointment(scene);
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: CLINIC });
    const { settlement } = await paid([held.charge?.chargeId ?? '', 'lab-1']);
    const receipt = async () =>
      (await ask('GET', mine(`/settlements/${settlement.settlementId}`), { as: me })).body;
    expect(await receipt()).toEqual({
      settlementId: settlement.settlementId,
      patientId: ME,
      method: 'WECHAT',
      status: 'PAID',
      totalFen: 17_050,
      openedAt: '2026-03-02T00:00:00.000Z',
      payBy: '2026-03-02T00:15:00.000Z',
      paidAt: '2026-03-02T00:00:00.000Z',
      lines: [
        {
          chargeId: held.charge?.chargeId,
          category: 'REGISTRATION',
          payeeId: HOSPITAL,
          amountFen: 2_000,
          fundFen: 0,
          accountFen: 0,
          selfFen: 2_000,
          refundedFen: 0,
          outTradeNo: `${settlement.settlementId}-1`,
          transactionId: expect.stringMatching(/^\d{28}$/),
        },
        expect.objectContaining({ chargeId: 'lab-1', outTradeNo: `${settlement.settlementId}-2` }),
      ],
      refunds: [],
    });
    await cancelAppointment(scene.deps, held, { doer: { by: 'me' } });
    await scene.hear();
    expect(await receipt()).toMatchObject({
      refunds: [
        { chargeId: held.charge?.chargeId, amountFen: 2_000, status: 'REQUESTED', statusText: '退款已受理' },
      ],
    });
    await scene.pass(2 * MINUTE);
    expect(await receipt()).toMatchObject({
      status: 'PAID',
      lines: [{ refundedFen: 2_000 }, { refundedFen: 0 }],
      refunds: [{ status: 'SUCCESS', statusText: '退款已到账', endedAt: expect.any(String) }],
    });
  });

  test('of another patient answers as if it did not exist, to whoever may see that patient too', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const { settlement } = await opened(['lab-1']);
    const both = await resident(scene.deps, ACCOUNT, OTHER, 'GUARDIAN');
    const theirs = (id: string) => `/payment/patients/${OTHER}/settlements/${id}`;
    const nobodys = `S${'0'.repeat(25)}`;
    for (const [method, verb] of [
      ['GET', ''],
      ['POST', '/launch'],
      ['POST', '/check'],
      ['POST', '/close'],
    ] as const) {
      const seen = await ask(method, theirs(settlement.settlementId) + verb, { as: both });
      const missing = await ask(method, theirs(nobodys) + verb, { as: both });
      expect([seen.status, seen.code]).toEqual([404, 'SETTLEMENT_NOT_FOUND']);
      const told = ({ body }: Answer) => ({ ...(body as object), requestId: '' });
      expect(told(seen)).toEqual(told(missing));
    }
    expect(
      (await ask('GET', mine(`/settlements/${settlement.settlementId}`), { as: both })).body,
    ).toMatchObject({
      status: 'PENDING',
    });
  });

  test('stands in the list of all, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 23; index += 1) {
      await foreignCharge(scene, { owner: 'laboratory', chargeId: `lab-${index}` });
      ids.unshift((await opened([`lab-${index}`])).settlement.settlementId);
      scene.deps.clock.advance(1_000);
    }
    interface List {
      readonly settlements: readonly { readonly settlementId: string }[];
      readonly next?: string;
    }
    const first = (await ask('GET', mine('/settlements'), { as: me })).body as List;
    expect(first.settlements).toHaveLength(20);
    const query = { after: first.next ?? '' };
    const second = (await ask('GET', mine('/settlements'), { as: me, query })).body as List;
    expect(second.next).toBeUndefined();
    expect([...first.settlements, ...second.settlements].map(({ settlementId }) => settlementId)).toEqual(
      ids,
    );
  });
});

test('no answer to a payer holds anything from inside', async () => {
  const held = await heldAppointment(scene);
  const whole = await opened([held.charge?.chargeId ?? '']);
  const at = mine(`/settlements/${whole.settlement.settlementId}`);
  const answers = [
    await ask('GET', mine('/charges'), { as: me }),
    await ask('POST', `${at}/launch`, { as: me }),
    await ask('POST', `${at}/check`, { as: me }),
    await ask('GET', at, { as: me }),
    await ask('GET', mine('/settlements'), { as: me }),
    await ask('POST', `${at}/close`, { as: me }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  for (const { body } of [{ body: whole }, ...answers]) expect(JSON.stringify(body)).not.toMatch(INSIDE);
});
