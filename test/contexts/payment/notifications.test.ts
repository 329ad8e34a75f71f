import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { platformKeysSecret } from '../../../functions/payment/merchants.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { putSecret } from '../../../shared/privacy/secrets.ts';
import { sealed, signedBy, vectors } from '../../shared/wechat-pay-keys.ts';
import { deliverLetter, type Letter } from './letters.ts';
import {
  ACCOUNT,
  appointmentNow,
  heldAppointment,
  ME,
  MERCHANTS,
  MINUTE,
  OPENID,
  opened,
  type PaymentScene,
  payerPays,
  paymentScene,
  settlementNow,
} from './scene.ts';

const SECOND = 1_000;
const addressOf = (mchid: string) => `/payment/notifications/wechat/${mchid}`;

let scene: PaymentScene;

beforeEach(async () => {
  scene = await paymentScene();
  scene.letterbox.held = true;
});

/** A number that is paid for, and WeChat's letter about it, which has not arrived yet. */
async function posted(patientId = ME) {
  const held = await heldAppointment(scene, patientId, { practitionerId: `doctor-of-${patientId}` });
  const { settlement, prepayId } = await opened(scene, [held]);
  expect(await payerPays(scene, prepayId)).toBe('PAID');
  await scene.standIn.agenda.runDue();
  const letter = scene.letterbox.letters.at(-1);
  if (letter === undefined) throw new Error('WeChat has sent nothing');
  return { held, settlement, letter };
}

async function arrive(letter: Letter): Promise<number> {
  return (await deliverLetter(scene, letter)).statusCode;
}

/** It is refused with this status, and not a byte is written. */
async function refused(letter: Letter, status: number): Promise<void> {
  const before = JSON.stringify(scene.deps.all());
  expect(await arrive(letter)).toBe(status);
  expect(JSON.stringify(scene.deps.all())).toBe(before);
}

/** The letter with its sealed resource changed, signed anew by whom WeChat's keys belong to. */
function resigned(letter: Letter, body: object): Letter {
  const { headers, rawBody } = signedBy(JSON.stringify(body), {
    timestamp: String(scene.deps.clock.now() / SECOND),
    nonce: randomBytes(16).toString('hex'),
  });
  return { ...letter, headers, body: rawBody };
}

describe('a notification', () => {
  test('that is WeChat’s is taken in', async () => {
    const { letter, settlement, held } = await posted();
    expect((await settlementNow(scene, settlement)).status).toBe('PENDING');
    expect(await arrive(letter)).toBe(200);
    await scene.hear();
    expect((await settlementNow(scene, settlement)).status).toBe('PAID');
    expect((await appointmentNow(scene, held)).status).toBe('BOOKED');
  });

  test('changes a state at most once, however often it comes (P4)', async () => {
    const { letter } = await posted();
    expect(await arrive(letter)).toBe(200);
    const before = JSON.stringify(scene.deps.all());
    expect(await Promise.all([arrive(letter), arrive(letter), arrive(letter)])).toEqual([200, 200, 200]);
    expect(JSON.stringify(scene.deps.all())).toBe(before);
  });

  test('that comes twice at the same moment is taken in once', async () => {
    const { letter } = await posted();
    expect(await Promise.all([arrive(letter), arrive(letter)])).toEqual([200, 200]);
    const postings = scene.deps.all().filter(({ pk }) => pk.startsWith('payment#ledger#'));
    expect(postings.filter(({ sk }) => sk.startsWith('posting#'))).toHaveLength(1);
  });

  test('of the later of two payments may come first', async () => {
    const one = await posted();
    const two = await posted('pat00002');
    expect([await arrive(two.letter), await arrive(one.letter)]).toEqual([200, 200]);
    await scene.hear();
    for (const { held } of [one, two]) expect((await appointmentNow(scene, held)).status).toBe('BOOKED');
  });

  test('of a payment may come after that of its refund', async () => {
    const { letter, settlement } = await posted();
    expect(await arrive(letter)).toBe(200);
    const request = { chargeId: settlement.lines[0]?.chargeId ?? '', key: 'a', reason: '退费', by: 'desk' };
    await askRefund(scene.deps, settlement.settlementId, request);
    await scene.pass(2 * MINUTE);
    const ofRefund = scene.letterbox.letters.at(-1);
    if (ofRefund === undefined || ofRefund === letter) throw new Error('no letter of the refund');
    expect(await arrive(ofRefund)).toBe(200);
    const before = await settlementNow(scene, settlement);
    expect(before.lines).toMatchObject([{ refundedFen: 2_000 }]);
    await refused(letter, 200);
  });

  test.each([
    [-301, 401],
    [-300, 401],
    [-299, 200],
    [299, 200],
    [300, 401],
    [301, 401],
  ])('that comes %i seconds after it was signed is answered %i', async (seconds, status) => {
    const { letter } = await posted();
    scene.deps.clock.advance(seconds * SECOND);
    if (status === 200) expect(await arrive(letter)).toBe(200);
    else await refused(letter, status);
  });
});

describe('nothing is believed', () => {
  test('of what a stranger has signed, by a name of their own or by WeChat’s', async () => {
    const { letter } = await posted();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const timestamp = letter.headers['Wechatpay-Timestamp'] ?? '';
    const serial = letter.headers['Wechatpay-Serial'] ?? '';
    for (const name of [serial, 'PUB_KEY_ID_01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF']) {
      const { headers } = signedBy(letter.body, { timestamp, signer: { serial: name, privateKey } });
      await refused({ ...letter, headers }, 401);
    }
  });

  test('where one byte was changed, of the body or of what is signed with it', async () => {
    const { letter } = await posted();
    for (const at of [0, 1, letter.body.length >> 1, letter.body.length - 1]) {
      const body = Buffer.from(letter.body);
      body[at] = (body[at] ?? 0) ^ 1;
      await refused({ ...letter, body }, 401);
    }
    await refused({ ...letter, body: Buffer.concat([letter.body, Buffer.from('\n')]) }, 401);
    await refused({ ...letter, body: Buffer.alloc(0) }, 401);
    for (const [name, value] of Object.entries(letter.headers)) {
      if (!/^Wechatpay-(Timestamp|Nonce|Signature|Serial)$/.test(name)) continue;
      const last = value.at(-1) === '0' ? '1' : '0';
      await refused({ ...letter, headers: { ...letter.headers, [name]: value.slice(0, -1) + last } }, 401);
      const { [name]: _, ...without } = letter.headers;
      await refused({ ...letter, headers: without }, 401);
    }
    expect(await arrive(letter)).toBe(200);
  });

  test('of a signature probe', async () => {
    const { letter } = await posted();
    const probe = `WECHATPAY/SIGNTEST/${letter.headers['Wechatpay-Signature']}`;
    await refused({ ...letter, headers: { ...letter.headers, 'Wechatpay-Signature': probe } }, 401);
  });

  test('at another merchant’s address, though the signature holds', async () => {
    const { letter } = await posted();
    await refused({ ...letter, path: addressOf(MERCHANTS.clinic) }, 401);
  });

  test('at the address of a merchant whom we do not know', async () => {
    const { letter } = await posted();
    await refused({ ...letter, path: addressOf('1900425999') }, 404);
    await refused({ ...letter, path: addressOf('no-number') }, 400);
  });

  test('that is sealed with another key, or holds what WeChat never sends', async () => {
    const { letter } = await posted();
    const envelope = JSON.parse(letter.body.toString()) as { id: string; event_type: string };
    const key = 'another-merchants-key-of-32-byte';
    await refused(resigned(letter, { ...envelope, resource: sealed('{}', { key }) }), 400);
    await refused(resigned(letter, { ...envelope, resource: sealed('{"mchid": 1}') }), 400);
    await refused(resigned(letter, { id: 'x' }), 400);
  });

  test('in a body of more than 64 KB, whoever signed it', async () => {
    const { letter } = await posted();
    const body = Buffer.alloc(65_537, 'x');
    const timestamp = String(scene.deps.clock.now() / SECOND);
    await refused({ ...letter, body, headers: signedBy(body, { timestamp }).headers }, 413);
  });

  test('of an order that we never placed: it is left alone, and WeChat need not come again', async () => {
    const { letter } = await posted();
    const trade = {
      mchid: MERCHANTS.hospital,
      appid: 'wx00000000laptop',
      out_trade_no: 'card-13800138000-17',
      transaction_id: '4200000000202603020000000000',
      trade_type: 'NATIVE',
      trade_state: 'SUCCESS',
      trade_state_desc: '支付成功',
      bank_type: 'OTHERS',
      success_time: '2026-03-02T08:00:00+08:00',
      payer: { openid: 'o-at-the-window' },
      amount: { total: 100, payer_total: 100, currency: 'CNY', payer_currency: 'CNY' },
    };
    const envelope = JSON.parse(letter.body.toString()) as object;
    await refused(resigned(letter, { ...envelope, resource: sealed(JSON.stringify(trade)) }), 200);
    expect(scene.deps.lines.map(({ code }) => code)).toContain('PAYMENT_NOTIFICATION_NOT_OURS');
    expect(JSON.stringify(scene.deps.lines)).not.toContain('13800138000');
  });

  test('of another merchant’s order under a number of ours, or of its refund: its money pays nothing here', async () => {
    const { letter, settlement, held } = await posted();
    const path = addressOf(MERCHANTS.clinic);
    const envelope = JSON.parse(letter.body.toString()) as object;
    const theirs = (more: object, event_type: string) => {
      const numbers = {
        mchid: MERCHANTS.clinic,
        out_trade_no: settlement.settlementId,
        transaction_id: '42',
      };
      const resource = sealed(JSON.stringify({ ...numbers, ...more }));
      return { ...resigned(letter, { ...envelope, event_type, resource }), path };
    };
    const payment = theirs(
      {
        appid: 'wx00000000laptop',
        trade_state: 'SUCCESS',
        success_time: '2026-03-02T08:00:00+08:00',
        payer: { openid: OPENID },
        amount: { total: 2_000, payer_total: 2_000 },
      },
      'TRANSACTION.SUCCESS',
    );
    await refused(payment, 200);
    expect(await arrive(letter)).toBe(200);
    const request = { chargeId: held.charge?.chargeId ?? '', key: 'one', reason: '部分退费', by: 'clerk' };
    const { refundNo } = (await askRefund(scene.deps, settlement.settlementId, request)) ?? {};
    const refund = theirs(
      {
        out_refund_no: refundNo,
        refund_id: '50',
        refund_status: 'SUCCESS',
        success_time: '2026-03-02T08:00:00+08:00',
        amount: { total: 2_000, refund: 2_000, payer_refund: 2_000 },
      },
      'REFUND.SUCCESS',
    );
    await refused(refund, 200);
    const said = scene.deps.lines.filter(({ code }) => code === 'PAYMENT_NOTIFICATION_NOT_OURS');
    expect(said).toHaveLength(2);
  });

  test('about a sum that was not asked: nothing is given, and a person is told', async () => {
    const { letter, settlement, held } = await posted();
    const trade = {
      mchid: MERCHANTS.hospital,
      appid: 'wx00000000laptop',
      out_trade_no: settlement.settlementId,
      transaction_id: '4200000000202603020000000000',
      trade_type: 'JSAPI',
      trade_state: 'SUCCESS',
      trade_state_desc: '支付成功',
      bank_type: 'OTHERS',
      success_time: '2026-03-02T08:00:00+08:00',
      payer: { openid: OPENID },
      amount: { total: 1_999, payer_total: 1_999, currency: 'CNY', payer_currency: 'CNY' },
    };
    const envelope = JSON.parse(letter.body.toString()) as object;
    const wrong = resigned(letter, { ...envelope, resource: sealed(JSON.stringify(trade)) });
    for (const _ of [1, 2]) expect(await arrive(wrong)).toBe(200);
    await scene.hear();
    expect((await settlementNow(scene, settlement)).status).toBe('PENDING');
    expect((await appointmentNow(scene, held)).charge?.status).toBe('OPEN');
    const found = scene.deps
      .all()
      .filter(({ pk, sk }) => pk.startsWith('payment#worklist#') && sk.startsWith('item#'));
    expect(found).toMatchObject([{ kind: 'AMOUNT_DIFFERS', status: 'OPEN', ourFen: 2_000, theirFen: 1_999 }]);
  });
});

describe('while WeChat changes its keys', () => {
  const operatorPuts = () =>
    putSecret(scene.deps, platformKeysSecret, JSON.stringify(scene.standIn.keys.published()));

  test('letters under the old and the new one both arrive, once the operator has put both', async () => {
    const { keys } = scene.standIn;
    const old = keys.current;
    const before = await posted();
    const added = await keys.add('public-key', scene.deps.clock.now());
    await operatorPuts();
    keys.use(added);
    scene.deps.clock.advance(61 * SECOND);
    const after = await posted('pat00002');
    expect([before, after].map(({ letter }) => letter.headers['Wechatpay-Serial'])).toEqual([old, added]);
    expect([await arrive(after.letter), await arrive(before.letter)]).toEqual([200, 200]);
    await scene.hear();
    for (const { held } of [before, after]) expect((await appointmentNow(scene, held)).status).toBe('BOOKED');
  });

  test('a new key is taken within a minute of being put, and never because a letter names it', async () => {
    const { keys } = scene.standIn;
    const { letter: known } = await posted('pat00003');
    expect(await arrive(known)).toBe(200);
    const added = await keys.add('certificate', scene.deps.clock.now());
    keys.use(added);
    const { letter } = await posted();
    await refused(letter, 401);
    scene.deps.clock.advance(61 * SECOND);
    await refused(letter, 401);
    await operatorPuts();
    await refused(letter, 401);
    scene.deps.clock.advance(59 * SECOND);
    await refused(letter, 401);
    scene.deps.clock.advance(1 * SECOND);
    expect(await arrive(letter)).toBe(200);
  });

  test('what the removed one has signed is refused, and calls go on under the new one', async () => {
    const { keys } = scene.standIn;
    const old = keys.current;
    const { letter, settlement } = await posted();
    const added = await keys.add('public-key', scene.deps.clock.now());
    keys.use(added);
    keys.remove(old);
    await operatorPuts();
    scene.deps.clock.advance(61 * SECOND);
    await refused(letter, 401);
    await scene.pass(MINUTE);
    expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  });
});

test('no key, card or person appears in a log line, whatever comes (P6)', async () => {
  const { letter, settlement } = await posted();
  const { merchant } = vectors.testOnlyKeys;
  const body = Buffer.from(letter.body);
  body[9] = (body[9] ?? 0) ^ 1;
  for (const each of [
    { ...letter, body },
    { ...letter, path: addressOf(MERCHANTS.clinic) },
  ])
    await arrive(each);
  scene.standIn.knobs.set({ wrongSignatures: 3, busy: 3 });
  await scene.pass(MINUTE);
  scene.letterbox.held = false;
  await scene.pass(5 * MINUTE);
  expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  expect(scene.deps.lines.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['PAYMENT_NOTIFICATION_REFUSED']),
  );
  const text = inspect(scene.deps.lines, {
    depth: 20,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
  const markers = [OPENID, ACCOUNT, ME, 'prepay_id', merchant.apiV3Key, merchant.serial, '测试医生'];
  const signature = letter.headers['Wechatpay-Signature'] ?? '';
  const ciphertext = (JSON.parse(letter.body.toString()) as { resource: { ciphertext: string } }).resource
    .ciphertext;
  for (const marker of [...markers, signature, ciphertext, 'PRIVATE KEY']) expect(text).not.toContain(marker);
});
