import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { plantBillDifferences } from '../support/bill-differences.ts';
import { type Payer, payer, paymentsArrive, type Receipt } from '../support/payers.ts';
import { staff } from '../support/people.ts';
import { deliverPayments, payOverview, rotatePayKeys, setPayFaults } from '../support/wechat-pay.ts';
import { expectStatus, type Journey } from './journey.ts';

const HOSPITAL = 'jiaxian-people-hospital';
const CITY_HOSPITAL = 'pds-first-hospital';
const CHIEF = 'doc-jxrm-01';
const CITY_CHIEF = 'doc-pds-02';
/** The county hospital's. */
const MERCHANT = '1900425001';
const MACHINE = 'window-machine-17';
const FEE = 2_000;
const CITY_FEE = 3_000;
const SUNDAY = 0;

interface Appointment {
  readonly appointmentId: string;
  readonly status: string;
  readonly charge?: { readonly chargeId: string; readonly status: string };
}

function chargeIdOf({ charge }: Appointment): string {
  return charge?.chargeId ?? '';
}

/** 郏县 pays: one number of 20 yuan after another, and everything that can go wrong with the money on its way. */
export async function journey({ city, step }: Journey): Promise<void> {
  const to = (day: Day, time: string) => city.clock.to(instantAt(day, time));
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  const appointmentsOf = ({ patientId }: Payer): string => `/booking/patients/${patientId}/appointments`;
  const scheduleOf = (day: Day, half: 'A' | 'P', doctor: string): string =>
    `${day.replaceAll('-', '')}${half}-${doctor}`;
  const hold = async (who: Payer, scheduleId: string): Promise<Appointment> => {
    const held = await who.send<Appointment>('POST', appointmentsOf(who), { scheduleId });
    assert.deepEqual([held.status, held.charge?.status], ['HELD', 'OPEN']);
    return held;
  };
  const shown = (who: Payer, { appointmentId }: Appointment): Promise<Appointment> =>
    who.get(`${appointmentsOf(who)}/${appointmentId}`);
  const expectShown = async (
    who: Payer,
    held: Appointment,
    status: string,
    charge: string,
  ): Promise<void> => {
    const now = await shown(who, held);
    assert.deepEqual([now.status, now.charge?.status], [status, charge]);
  };
  const cancel = (who: Payer, { appointmentId }: Appointment): Promise<Appointment> =>
    who.send('POST', `${appointmentsOf(who)}/${appointmentId}/cancel`, { reason: '临时有事' });
  const refundsOf = async (
    who: Payer,
    settlement: Receipt,
  ): Promise<readonly (readonly [string, number])[]> =>
    (await who.receipt(settlement)).refunds.map(({ status, amountFen }) => [status, amountFen] as const);

  const desk = staff(city, 'jxrm-clerk');
  const openWork = async (): Promise<readonly Work[]> =>
    (await desk.get<{ items: readonly Work[] }>(`/payment/institutions/${HOSPITAL}/work-items`)).items.filter(
      ({ status }) => status === 'OPEN',
    );
  // ---- who they are

  const first = addDays(await today(), 1);
  await step('a new day begins in 郏县; the clock is moved to 08:00', () => to(first, '08:00'));
  const people = await step('ten residents open the mini-program', async () => ({
    li: await payer(city, 'demo-li-na'),
    wang: await payer(city, 'demo-wang-fang'),
    yang: await payer(city, 'demo-yang-lei'),
    zhao: await payer(city, 'demo-zhao-min'),
    huang: await payer(city, 'demo-huang-qiang'),
    sun: await payer(city, 'demo-sun-li'),
    ma: await payer(city, 'demo-ma-jun'),
    xu: await payer(city, 'demo-xu-yan'),
    guo: await payer(city, 'demo-guo-tao'),
    chen: await payer(city, 'demo-chen-jing'),
  }));
  const { li, wang, yang, zhao, huang, sun, ma, xu, guo, chen } = people;
  const cityDesk = staff(city, 'pds-admin');
  const visit = addDays(first, 4);
  const clinic = scheduleOf(visit, 'P', CHIEF);

  // ---- paid, and called off

  const lis = await step('李娜娜 takes a number: what she owes is on her list, to the fen', async () => {
    const held = await hold(li, clinic);
    const { charges, totalFen } = await li.charges();
    assert.deepEqual(
      charges.map(({ amountFen, payeeId }) => [amountFen, payeeId]),
      [[FEE, HOSPITAL]],
    );
    assert.equal(totalFen, FEE);
    return held;
  });
  await step('her client names an amount of its own: refused, and the field is named', async () => {
    const body = { chargeIds: [chargeIdOf(lis)], totalFen: 1 };
    const path = `/payment/patients/${li.patientId}/settlements`;
    const { fields } = await li.refused('POST', path, 'INVALID_REQUEST', 400, body);
    assert.deepEqual(
      fields?.map(({ path: field }) => field),
      ['totalFen'],
    );
  });
  const paidByLi = await step(
    'she pays on her telephone; WeChat’s signed callback books the number',
    async () => {
      const opened = await li.open([chargeIdOf(lis)], 'the-same-key');
      const again = await li.open([chargeIdOf(lis)], 'the-same-key');
      assert.deepEqual(again.settlement, opened.settlement);
      assert.equal((await shown(li, lis)).status, 'PENDING_PAYMENT');
      assert.equal(await li.phone(opened), 'PAID');
      await paymentsArrive(city);
      await expectShown(li, lis, 'BOOKED', 'PAID');
      const receipt = await li.receipt(opened.settlement);
      assert.deepEqual([receipt.status, receipt.totalFen], ['PAID', FEE]);
      assert.match(receipt.lines[0]?.transactionId ?? '', /^\d{28}$/);
      return receipt;
    },
  );
  await step('she calls the visit off: the money is with her again, and her receipt says so', async () => {
    assert.equal((await cancel(li, lis)).status, 'CANCELLED_BY_PATIENT');
    await city.clock.advance('PT2M');
    const { refunds } = await li.receipt(paidByLi);
    assert.deepEqual(
      refunds.map(({ status, statusText, amountFen }) => [status, statusText, amountFen]),
      [['SUCCESS', '退款已到账', FEE]],
    );
    assert.equal((await shown(li, lis)).charge?.status, 'REFUNDED');
  });
  await step('nobody else sees her receipt: it is as if it did not exist', async () => {
    const path = wang.settlementPath(paidByLi);
    await wang.refused('GET', path, 'SETTLEMENT_NOT_FOUND', 404);
    await wang.refused('GET', li.settlementPath(paidByLi), 'FORBIDDEN', 403);
  });
  await step('王桂芳 cannot cancel while she is paying; she closes the payment, then she can', async () => {
    const held = await hold(wang, clinic);
    const opened = await wang.open([chargeIdOf(held)]);
    const path = `${appointmentsOf(wang)}/${held.appointmentId}/cancel`;
    await wang.refused('POST', path, 'PAYMENT_UNDER_WAY', 409);
    await wang.send('POST', wang.settlementPath(opened.settlement, 'close'));
    await city.clock.advance('PT1S');
    assert.equal((await cancel(wang, held)).status, 'CANCELLED_BY_PATIENT');
    assert.equal(await wang.phone(opened), 'CLOSED');
  });

  // ---- what callbacks can do

  await step('a callback that comes twice at the same moment books once', async () => {
    const held = await hold(huang, clinic);
    await setPayFaults(city, { duplicates: 1 });
    const settlement = await huang.pay([chargeIdOf(held)]);
    await paymentsArrive(city);
    await expectShown(huang, held, 'BOOKED', 'PAID');
    assert.deepEqual(await refundsOf(huang, settlement), []);
  });
  await step('two callbacks come in the opposite order: both numbers are booked', async () => {
    const both = [zhao, sun].map(async (who) => ({ who, held: await hold(who, clinic) }));
    const waiting = await Promise.all(both);
    await setPayFaults(city, { reordered: 2 });
    for (const { who, held } of waiting) await who.pay([chargeIdOf(held)]);
    await city.clock.advance('PT5S');
    for (const { who, held } of waiting) await expectShown(who, held, 'BOOKED', 'PAID');
  });
  const mas = await step(
    'a forged callback, a signature probe and a tampered one are refused; the true one counts',
    async () => {
      const held = await hold(ma, clinic);
      await setPayFaults(city, { forged: 1, probes: 1, tampered: 1 });
      await ma.pay([chargeIdOf(held)]);
      await deliverPayments(city);
      assert.equal((await shown(ma, held)).status, 'PENDING_PAYMENT');
      const { trials } = await payOverview(city);
      assert.deepEqual(
        Object.values(trials).map(({ sent, taken }) => [sent > 0, taken]),
        [
          [true, 0],
          [true, 0],
          [true, 0],
        ],
      );
      await city.clock.advance('PT16S');
      await expectShown(ma, held, 'BOOKED', 'PAID');
      return { who: ma, held };
    },
  );
  const xus = await step('a callback is lost: the city asks WeChat by itself, and books', async () => {
    const held = await hold(xu, clinic);
    await setPayFaults(city, { lost: 1 });
    await xu.pay([chargeIdOf(held)]);
    await deliverPayments(city);
    assert.equal((await shown(xu, held)).status, 'PENDING_PAYMENT');
    await city.clock.advance('PT2M');
    await expectShown(xu, held, 'BOOKED', 'PAID');
    return held;
  });
  await step(
    'WeChat changes its key while 郭涛 is paying: callbacks of both keys are taken, the old key goes',
    async () => {
      const held = await hold(guo, clinic);
      const opened = await guo.open([chargeIdOf(held)]);
      const old = expectStatus<{ current: string }>(
        await city.http('GET', '/local/wechat/pay/keys'),
        200,
      ).current;
      const added = await rotatePayKeys(city, { add: 'public-key' });
      await rotatePayKeys(city, { use: added });
      assert.equal(await guo.phone(opened), 'PAID');
      const delivered = async () =>
        (await payOverview(city)).notifications.filter(({ state }) => state === 'DELIVERED').length;
      const before = await delivered();
      await city.clock.advance('PT2M');
      await expectShown(guo, held, 'BOOKED', 'PAID');
      assert.equal(await delivered(), before + 1);
      await rotatePayKeys(city, { remove: old });
      await city.clock.advance('PT2M');
    },
  );
  await step('power fails between the money and its callback: nothing of either is lost', async () => {
    const held = await hold(chen, clinic);
    await setPayFaults(city, { delayed: 1, delaySeconds: 30 });
    await chen.pay([chargeIdOf(held)]);
    await city.kill9();
    await city.restart();
    assert.equal((await shown(chen, held)).status, 'PENDING_PAYMENT');
    await city.clock.advance('PT2M');
    await expectShown(chen, held, 'BOOKED', 'PAID');
  });

  // ---- WeChat does not answer

  const second = addDays(first, 5);
  await step(
    'WeChat places an order and its answer is lost: the same order is asked for again and paid once',
    async () => {
      const held = await hold(li, scheduleOf(second, 'P', CHIEF));
      await setPayFaults(city, { lostAnswers: 1 });
      await li.pay([chargeIdOf(held)]);
      await paymentsArrive(city);
      await expectShown(li, held, 'BOOKED', 'PAID');
    },
  );
  await step(
    'WeChat gives the money back and its answer is lost: it is given back once, under one number',
    async () => {
      await setPayFaults(city, { lostAnswers: 1 });
      const { appointments } = await li.get<{ appointments: readonly Appointment[] }>(appointmentsOf(li));
      const booked = appointments.find(({ status }) => status === 'BOOKED');
      assert.ok(booked !== undefined);
      await cancel(li, booked);
      await city.clock.advance('PT5M');
      assert.equal((await shown(li, booked)).charge?.status, 'REFUNDED');
      const { settlements } = await li.get<{ settlements: readonly Receipt[] }>(
        `/payment/patients/${li.patientId}/settlements`,
      );
      const [latest] = settlements;
      assert.ok(latest !== undefined);
      assert.deepEqual(await refundsOf(li, latest), [['SUCCESS', FEE]]);
    },
  );

  // ---- several hospitals, parts, the window

  await step(
    'the county’s clerk gives 5 of 马军’s 20 yuan back, and not a fen more than he paid',
    async () => {
      const { settlements } = await ma.get<{ settlements: readonly Receipt[] }>(
        `/payment/patients/${ma.patientId}/settlements`,
      );
      const [settlement] = settlements;
      assert.ok(settlement !== undefined);
      const path = `/payment/institutions/${HOSPITAL}/settlements/${settlement.settlementId}/refunds`;
      const part = { chargeId: chargeIdOf(mas.held), reason: '部分项目未做' };
      await desk.refused('POST', path, 'REFUND_TOO_MUCH', 422, { ...part, amountFen: FEE + 1 });
      await desk.send('POST', path, { ...part, amountFen: 500 });
      await desk.refused('POST', path, 'REFUND_TOO_MUCH', 422, { ...part, amountFen: FEE - 499 });
      await city.clock.advance('PT2M');
      assert.deepEqual(await refundsOf(ma, settlement), [['SUCCESS', 500]]);
      await expectShown(ma, mas.held, 'BOOKED', 'PAID');
    },
  );
  const cityDay = new Date(instantAt(second, '12:00')).getUTCDay() === SUNDAY ? addDays(second, 1) : second;
  await step(
    '徐艳 pays two hospitals at once; one visit is called off, and only its part comes back',
    async () => {
      const here = await hold(xu, scheduleOf(cityDay, 'P', CHIEF));
      const there = await hold(xu, scheduleOf(cityDay, 'A', CITY_CHIEF));
      assert.equal((await xu.charges()).totalFen, FEE + CITY_FEE);
      const settlement = await xu.pay([chargeIdOf(here), chargeIdOf(there)]);
      assert.equal(settlement.totalFen, FEE + CITY_FEE);
      assert.equal(new Set(settlement.lines.map(({ outTradeNo }) => outTradeNo)).size, 2);
      await paymentsArrive(city);
      await expectShown(xu, here, 'BOOKED', 'PAID');
      await expectShown(xu, there, 'BOOKED', 'PAID');
      await cancel(xu, there);
      await city.clock.advance('PT2M');
      assert.deepEqual(await refundsOf(xu, settlement), [['SUCCESS', CITY_FEE]]);
      await expectShown(xu, here, 'BOOKED', 'PAID');
      const at = (institutionId: string) =>
        `/payment/institutions/${institutionId}/settlements/${settlement.settlementId}`;
      const ofCounty = await desk.get<Receipt>(at(HOSPITAL));
      assert.deepEqual([ofCounty.totalFen, ofCounty.lines.length, ofCounty.refunds], [FEE, 1, []]);
      const ofCity = await cityDesk.get<Receipt>(at(CITY_HOSPITAL));
      assert.deepEqual([ofCity.totalFen, ofCity.lines.length, ofCity.refunds.length], [CITY_FEE, 1, 1]);
      await desk.refused('GET', at(CITY_HOSPITAL), 'FORBIDDEN', 403);
    },
  );
  await step(
    '杨磊 pays at the window; called off, the clerk gives the money back over the counter',
    async () => {
      const held = await hold(yang, scheduleOf(second, 'P', CHIEF));
      const base = `/payment/institutions/${HOSPITAL}`;
      const body = { patientId: yang.patientId, chargeIds: [chargeIdOf(held)], means: 'CASH' };
      const opened = await yang.open([chargeIdOf(held)]);
      await desk.refused('POST', `${base}/onsite-settlements`, 'CHARGE_NOT_OPEN', 409, body);
      await yang.send('POST', yang.settlementPath(opened.settlement, 'close'));
      const settlement = await desk.send<Receipt>('POST', `${base}/onsite-settlements`, body);
      await city.clock.advance('PT1S');
      await expectShown(yang, held, 'BOOKED', 'PAID');
      await cancel(yang, held);
      await city.clock.advance('PT2M');
      const [refund] = (await yang.receipt(settlement)).refunds;
      assert.equal(refund?.status, 'REQUESTED');
      const confirm = `${base}/settlements/${settlement.settlementId}/refunds/${refund.refundNo}/confirm`;
      await desk.send('POST', confirm);
      await city.clock.advance('PT1S');
      assert.equal((await shown(yang, held)).charge?.status, 'REFUNDED');
    },
  );

  // ---- everybody at once

  await step('停诊: a paid clinic is cancelled; everybody on it has their money back', async () => {
    const stopped = scheduleOf(addDays(first, 6), 'P', CHIEF);
    const paid = [];
    for (const who of [wang, huang, zhao, guo]) {
      const held = await hold(who, stopped);
      paid.push({ who, held, settlement: await who.pay([chargeIdOf(held)]) });
    }
    const cash = await hold(sun, stopped);
    await paymentsArrive(city);
    await desk.send('POST', `/booking/institutions/${HOSPITAL}/schedules/${stopped}/cancellation`, {
      reason: '医生外出会诊',
    });
    await city.clock.advance('PT5M');
    for (const { who, held, settlement } of paid) {
      await expectShown(who, held, 'CANCELLED_BY_HOSPITAL', 'REFUNDED');
      assert.deepEqual(await refundsOf(who, settlement), [['SUCCESS', FEE]]);
    }
    await expectShown(sun, cash, 'CANCELLED_BY_HOSPITAL', 'VOID');
  });
  await step(
    'a card takes nothing back: the refund is with a clerk until WeChat’s desk has mended it',
    async () => {
      const held = await hold(wang, scheduleOf(second, 'P', CHIEF));
      const settlement = await wang.pay([chargeIdOf(held)]);
      await paymentsArrive(city);
      await setPayFaults(city, { abnormalRefunds: 1 });
      await cancel(wang, held);
      await city.clock.advance('PT2M');
      assert.deepEqual(await refundsOf(wang, settlement), [['ABNORMAL', FEE]]);
      const [refund] = (await payOverview(city)).refunds;
      assert.equal(refund?.state, 'ABNORMAL');
      const ending = { mchid: MERCHANT, outRefundNo: refund.outRefundNo, outcome: 'SUCCESS' };
      expectStatus(await city.http('POST', '/local/wechat/pay/refunds', { body: ending }), 200);
      await city.clock.advance('PT1M');
      assert.deepEqual(await refundsOf(wang, settlement), [['SUCCESS', FEE]]);
      const [work, ...more] = await openWork();
      assert.deepEqual([work?.kind, work?.refundNo, more.length], ['REFUND_ABNORMAL', refund.outRefundNo, 0]);
      const path = `/payment/institutions/${HOSPITAL}/settlements/${settlement.settlementId}/refunds`;
      await desk.send('POST', `${path}/${refund.outRefundNo}/confirm`);
      assert.deepEqual(await openWork(), []);
    },
  );

  // ---- the morning after

  const numberOf = async (who: Payer, held: Appointment): Promise<string> => {
    const { settlements } = await who.get<{ settlements: readonly Receipt[] }>(
      `/payment/patients/${who.patientId}/settlements`,
    );
    for (const settlement of settlements) {
      const { lines } = await who.receipt(settlement);
      const line = lines.find(({ chargeId }) => chargeId === chargeIdOf(held));
      if (line?.transactionId !== undefined) return line.outTradeNo;
    }
    throw new Error('not paid by WeChat');
  };
  const compared = async (day: Day): Promise<Compared> =>
    desk.get(`/payment/institutions/${HOSPITAL}/reconciliations/${day}`);
  const planted = await step(
    'overnight WeChat’s books lose one payment, count a fen more for another, and show one of a machine',
    async () => {
      const missing = await numberOf(mas.who, mas.held);
      const dearer = await numberOf(xu, xus);
      await city.kill9();
      plantBillDifferences(city.folder, { mchid: MERCHANT, missing, dearer, strange: MACHINE });
      await city.restart();
      return { missing, dearer };
    },
  );
  await step(
    'at 10:30 every merchant’s yesterday is compared with the bill: each difference is found',
    async () => {
      await to(addDays(first, 1), '10:31');
      const { status, result, differences } = await compared(first);
      assert.equal(status, 'DONE');
      assert.deepEqual(
        differences.map((each) => [each.class, each.outTradeNo, each.ourFen, each.theirFen]).toSorted(byText),
        [
          ['LOCAL_ONLY', planted.missing, FEE, 0],
          ['REMOTE_ONLY', MACHINE, 0, FEE],
          ['AMOUNT_DIFFERS', planted.dearer, FEE, FEE + 1],
        ].toSorted(byText),
      );
      assert.deepEqual(result?.found, { LOCAL_ONLY: 1, REMOTE_ONLY: 1, AMOUNT_DIFFERS: 1 });
      assert.deepEqual([result?.open, result?.openFen], [3, 1]);
    },
  );
  await step(
    'all three are on the hospital’s list; the clerk explains the machine’s, with a note',
    async () => {
      const items = await openWork();
      assert.deepEqual(items.map(({ kind }) => kind).toSorted(), [
        'BILL_AMOUNT_DIFFERS',
        'BILL_LOCAL_ONLY',
        'BILL_REMOTE_ONLY',
      ]);
      const machine = items.find(({ outTradeNo }) => outTradeNo === MACHINE);
      const path = `/payment/institutions/${HOSPITAL}/work-items/${machine?.workItemId}/resolve`;
      await desk.send('POST', path, { note: '门诊一楼自助机收款' });
      assert.equal((await openWork()).length, 2);
      const stranger = staff(city, 'jxzy-clerk');
      await stranger.refused('GET', `/payment/institutions/${HOSPITAL}/work-items`, 'FORBIDDEN', 403);
    },
  );
  await step('finance takes the day home: a summary, and every movement as CSV and XLSX', async () => {
    const path = `/payment/institutions/${HOSPITAL}/days/${first}`;
    const sums = await desk.get<{ paidFen: number; refundedFen: number; netFen: number; payments: number }>(
      `${path}/summary`,
    );
    assert.ok(sums.payments > 10);
    assert.equal(sums.netFen, sums.paidFen - sums.refundedFen);
    const csv = await desk.get<string>(`${path}/export?format=csv`);
    assert.ok(csv.includes(planted.missing));
    const xlsx = await desk.get<string>(`${path}/export?format=xlsx`);
    assert.ok(xlsx.startsWith('PK'));
  });

  // ---- too late

  const late = await step(
    '孙秀丽 and 陈静怡 stay at the password: a day later the city gives up, and their numbers go',
    async () => {
      const waiting = [];
      for (const who of [sun, chen]) {
        const held = await hold(who, scheduleOf(addDays(first, 7), 'P', CHIEF));
        await setPayFaults(city, { userPaying: 1 });
        const opened = await who.open([chargeIdOf(held)]);
        assert.equal(await who.phone(opened), 'USERPAYING');
        waiting.push({ who, held, opened });
      }
      await city.clock.advance('PT20M');
      for (const { who, held, opened } of waiting) {
        assert.equal((await shown(who, held)).status, 'PENDING_PAYMENT');
        await who.refused('POST', who.settlementPath(opened.settlement, 'close'), 'PAYER_AT_CASHIER', 409);
      }
      await city.clock.advance('P1DT30M');
      for (const { who, held } of waiting) assert.equal((await shown(who, held)).status, 'EXPIRED');
      return waiting;
    },
  );
  const [early, lost] = late;
  assert.ok(early !== undefined && lost !== undefined);
  const finish = async ({ opened }: typeof early): Promise<void> => {
    const prepayId = opened.launch?.package.replace('prepay_id=', '');
    const body = { prepayId, outcome: 'paid' };
    expectStatus(await city.http('POST', '/local/wechat/pay/finish', { body }), 200);
  };
  const expectGivenBack = async ({ who, held, opened }: typeof early): Promise<void> => {
    const receipt = await who.receipt(opened.settlement);
    assert.deepEqual([receipt.status, receipt.late], ['PAID', 'GIVEN_BACK']);
    assert.deepEqual(await refundsOf(who, opened.settlement), [['SUCCESS', FEE]]);
    assert.equal((await shown(who, held)).status, 'EXPIRED');
  };
  await step('then 孙秀丽 types it: the money came for a number that is gone, and goes back', async () => {
    await finish(early);
    await city.clock.advance('PT3M');
    await expectGivenBack(early);
  });
  await step('陈静怡 types it too, and the callback is lost: nobody knows but WeChat’s bill', async () => {
    await setPayFaults(city, { lost: 1 });
    await finish(lost);
    await city.clock.advance('PT1H');
    assert.equal((await chen.receipt(lost.opened.settlement)).status, 'CLOSED');
  });
  await step('the next morning’s comparison finds her payment, takes it in and gives it back', async () => {
    const day = await today();
    await to(addDays(day, 1), '10:35');
    await expectGivenBack(lost);
    const { result, differences } = await compared(day);
    assert.deepEqual(
      differences.map((each) => [each.class, each.kind, each.explanation]),
      [['REMOTE_ONLY', 'PAYMENT', 'TAKEN_IN']],
    );
    assert.deepEqual([result?.open, result?.resolved, result?.gapFen], [0, 1, 0]);
  });
}

interface Compared {
  readonly status: string;
  readonly result?: {
    readonly found: Readonly<Record<string, number>>;
    readonly open: number;
    readonly resolved: number;
    readonly openFen: number;
    readonly gapFen: number;
  };
  readonly differences: readonly {
    readonly class: string;
    readonly kind: string;
    readonly outTradeNo: string;
    readonly ourFen: number;
    readonly theirFen: number;
    readonly explanation?: string;
  }[];
}

interface Work {
  readonly workItemId: string;
  readonly kind: string;
  readonly status: string;
  readonly outTradeNo?: string;
  readonly refundNo?: string;
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
