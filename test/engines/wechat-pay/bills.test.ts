import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Day } from '../../../shared/kernel/china-time.ts';
import { signedHeader } from '../../../shared/wechat/pay/client.ts';
import {
  CLINIC,
  DAY,
  HOSPITAL,
  HOUR,
  hospital,
  MINUTE,
  PROVIDER,
  paid,
  payScene,
  placed,
  type Scene,
  SECOND,
  TOWNSHIP,
  township,
} from './scene.ts';

/** The scene begins on the 23rd at 08:00 in China. */
const day: Day = '2026-11-23';
const UNTIL_TEN_NEXT_DAY = 26 * HOUR;

async function refunded(scene: Scene, outRefundNo: string, refundFen: number): Promise<void> {
  await scene.client(HOSPITAL).refund(hospital, {
    outTradeNo: 'A-0001',
    outRefundNo,
    refundFen,
    totalFen: 1250,
  });
}

describe("a day's trade bill", () => {
  it('holds what was paid and what refunds were accepted, and nothing else', async () => {
    const scene = await payScene();
    await paid(scene);
    await placed(scene, hospital, { outTradeNo: 'A-unpaid' });
    await paid(scene, hospital, { outTradeNo: 'A-0002', totalFen: 9900 });
    await refunded(scene, 'R-1', 50);
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    const outcome = await scene.client(HOSPITAL).tradeBill({ day });
    if (outcome.status !== 'READY') throw new Error(outcome.status);
    const { bill, text } = outcome;
    expect(
      bill.entries.map(({ kind, outTradeNo, orderFen, refund }) => [
        kind,
        outTradeNo,
        orderFen,
        refund?.refundFen,
      ]),
    ).toEqual([
      ['PAYMENT', 'A-0001', 1250, undefined],
      ['PAYMENT', 'A-0002', 9900, undefined],
      ['REFUND', 'A-0001', 0, 50],
    ]);
    expect(bill).toMatchObject({ tradeCount: 3, settledFen: 11_150, refundFen: 50, feeMilliFen: 0 });
    expect(bill.entries[2]?.refund).toMatchObject({ outRefundNo: 'R-1', appliedFen: 50, state: 'SUCCESS' });
    expect(text.startsWith('\uFEFF交易时间,公众账号ID,商户号,')).toBe(true);
    expect(text.endsWith('`3,`111.50,`0.50,`0.00,`0.00000,`111.50,`0.50\r\n')).toBe(true);
    expect(text).toContain('`挂号费, 内科,`');
  });

  it('comes at ten of the next day in China, not before', async () => {
    const scene = await payScene();
    await paid(scene);
    const ask = () => scene.client(HOSPITAL).tradeBill({ day });
    await expect(ask()).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await scene.pass(UNTIL_TEN_NEXT_DAY - 1);
    expect(await ask()).toEqual({ status: 'CREATING' });
    await scene.pass(1);
    expect(await ask()).toMatchObject({ status: 'READY' });
  });

  it('is kept for three months', async () => {
    const scene = await payScene();
    await paid(scene);
    await scene.pass(92 * DAY);
    expect(await scene.client(HOSPITAL).tradeBill({ day })).toMatchObject({ status: 'READY' });
    await scene.pass(DAY);
    await expect(scene.client(HOSPITAL).tradeBill({ day })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it('of a day on which nothing moved is none', async () => {
    const scene = await payScene();
    await placed(scene);
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    expect(await scene.client(HOSPITAL).tradeBill({ day })).toEqual({ status: 'NONE' });
  });

  it('begins and ends at midnight in China', async () => {
    const scene = await payScene();
    scene.clock.pass(16 * HOUR - 1);
    await paid(scene, hospital, { outTradeNo: 'A-last' });
    scene.clock.pass(1);
    await paid(scene, hospital, { outTradeNo: 'A-first' });
    await scene.pass(3 * DAY);
    const numbers = async (of: Day) => {
      const outcome = await scene.client(HOSPITAL).tradeBill({ day: of });
      return outcome.status === 'READY' ? outcome.bill.entries.map(({ outTradeNo }) => outTradeNo) : [];
    };
    expect([await numbers(day), await numbers('2026-11-24')]).toEqual([['A-last'], ['A-first']]);
  });

  it('shows a refund as it stood when the bill was made, whatever comes after', async () => {
    const scene = await payScene();
    await paid(scene);
    scene.standIn.knobs.set({ abnormalRefunds: 1 });
    await refunded(scene, 'R-1', 50);
    await scene.pass(UNTIL_TEN_NEXT_DAY + HOUR);
    const stateNow = async () => {
      const outcome = await scene.client(HOSPITAL).tradeBill({ day });
      return outcome.status === 'READY' ? outcome.bill.entries[1]?.refund?.state : undefined;
    };
    const before = await stateNow();
    scene.standIn.endRefund(HOSPITAL, 'R-1', 'SUCCESS');
    expect(before).toBe('ABNORMAL');
    expect(await stateNow()).toBe('ABNORMAL');
  });

  it('is each merchant’s own, and a provider’s holds its sub-merchants', async () => {
    const scene = await payScene();
    await paid(scene);
    await paid(scene, township, { outTradeNo: 'T-0001', totalFen: 300 });
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    const totals = async (mchid: string, subMchid?: string) => {
      const request = subMchid === undefined ? { day } : { day, subMchid };
      const outcome = await scene.client(mchid).tradeBill(request);
      return outcome.status === 'READY' ? outcome.bill.settledFen : outcome.status;
    };
    expect(await totals(HOSPITAL)).toBe(1250);
    expect(await totals(CLINIC)).toBe('NONE');
    expect(await totals(PROVIDER)).toBe(300);
    expect(await totals(PROVIDER, TOWNSHIP)).toBe(300);
    expect(await totals(PROVIDER, CLINIC)).toBe('NONE');
  });

  it('counts fees, and gives them back with a refund', async () => {
    const scene = await payScene({ feeBasisPoints: 60 });
    await paid(scene);
    await refunded(scene, 'R-1', 1250);
    await paid(scene, hospital, { outTradeNo: 'A-0002', totalFen: 100_000 });
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    expect(await scene.client(HOSPITAL).tradeBill({ day })).toMatchObject({
      bill: {
        feeMilliFen: 600_000,
        entries: [{ feeMilliFen: 8_000 }, { feeMilliFen: -8_000 }, { feeMilliFen: 600_000 }],
      },
    });
  });
});

describe("a day's fund flow bill", () => {
  it('holds every movement of the account, and what was in it after each', async () => {
    const scene = await payScene({ feeBasisPoints: 60 });
    await paid(scene, hospital, { outTradeNo: 'A-before', totalFen: 10_000 });
    await scene.pass(DAY);
    await paid(scene);
    scene.standIn.knobs.set({ closedRefunds: 1 });
    await refunded(scene, 'R-1', 250);
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    const outcome = await scene.client(HOSPITAL).fundFlowBill({ day: '2026-11-24' });
    if (outcome.status !== 'READY') throw new Error(outcome.status);
    const { entries, incomeFen, expenseFen } = outcome.bill;
    expect(
      entries.map(({ business, amountFen, balanceFen, voucher }) => [
        business,
        amountFen,
        balanceFen,
        voucher,
      ]),
    ).toEqual([
      ['交易', 1250, 11_190, 'A-0001'],
      ['扣除交易手续费', -8, 11_182, 'A-0001'],
      ['退款', -250, 10_932, 'R-1'],
      ['扣除交易手续费', 2, 10_934, 'R-1'],
      ['退款退回', 250, 11_184, 'R-1'],
      ['扣除交易手续费', -2, 11_182, 'R-1'],
    ]);
    expect({ incomeFen, expenseFen }).toEqual({ incomeFen: 1502, expenseFen: 260 });
  });

  it('is the sub-merchant’s where a provider only signs', async () => {
    const scene = await payScene();
    await paid(scene, township);
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    expect(await scene.client(PROVIDER).fundFlowBill({ day })).toEqual({ status: 'NONE' });
  });
});

describe("a bill's file", () => {
  async function offered(scene: Scene, packed: boolean) {
    await paid(scene);
    await scene.pass(UNTIL_TEN_NEXT_DAY);
    const url = new URL(`${scene.standIn.url}/v3/bill/tradebill?bill_date=${day}`);
    if (packed) url.searchParams.set('tar_type', 'GZIP');
    const response = await asked(scene, url);
    return (await response.json()) as { download_url: string; hash_value: string };
  }

  function asked(scene: Scene, url: URL, mchid = HOSPITAL): Promise<Response> {
    const authorization = signedHeader(scene.connection(mchid), { method: 'GET', url, body: '' });
    return fetch(url, { headers: { authorization } });
  }

  it.each([true, false])('is packed when asked so (%s), and goes out unsigned', async (packed) => {
    const scene = await payScene();
    const { download_url, hash_value } = await offered(scene, packed);
    const response = await asked(scene, new URL(download_url));
    expect(response.headers.has('wechatpay-signature')).toBe(false);
    const bytes = Buffer.from(await response.arrayBuffer());
    const plain = packed ? gunzipSync(bytes) : bytes;
    expect(createHash('sha1').update(plain).digest('hex')).toBe(hash_value);
    expect(plain.toString('utf8')).toContain('A-0001');
  });

  it('is there for five minutes, for its own merchant, who has to sign', async () => {
    const scene = await payScene();
    const url = new URL((await offered(scene, false)).download_url);
    expect((await asked(scene, url, CLINIC)).status).toBe(404);
    expect((await fetch(url)).status).toBe(401);
    scene.clock.pass(5 * MINUTE - SECOND);
    expect((await asked(scene, url)).status).toBe(200);
    scene.clock.pass(SECOND);
    expect((await asked(scene, url)).status).toBe(404);
  });
});
