import { inspect } from 'node:util';
import { type Appointment, appointments } from '../../../functions/booking/store.ts';
import type { Posting } from '../../../functions/payment/ledger.ts';
import { type Refund, type Settlement, settlements } from '../../../functions/payment/store.ts';
import type { WorkItem } from '../../../functions/payment/worklist.ts';
import type { Books } from '../../../infra/local/wechat/pay/books.ts';
import type { ChargeLock } from '../../../shared/charges/charge-lock.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Item, Table } from '../../../shared/data/table.ts';
import type { LoggedLine } from '../../support/deps.ts';
import { watchedTable } from '../../support/watched-table.ts';

/** The rules of payment told a second time, on what is stored and on WeChat's books, without the code that keeps them. */

const LOCK_NEXT: Readonly<Record<string, readonly string[]>> = {
  OPEN: ['CLAIMED', 'PAID', 'WITHDRAWN'],
  CLAIMED: ['OPEN', 'PAID'],
  PAID: ['REFUND_DUE', 'REFUNDED'],
  REFUND_DUE: ['REFUNDED'],
  WITHDRAWN: [],
  REFUNDED: [],
};
const SETTLEMENT_NEXT: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['CLOSING', 'PAID'],
  CLOSING: ['CLOSED', 'PAID'],
  CLOSED: ['PAID'],
  PAID: [],
};
const REFUND_NEXT: Readonly<Record<string, readonly string[]>> = {
  REQUESTED: ['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED'],
  PROCESSING: ['SUCCESS', 'ABNORMAL', 'CLOSED'],
  ABNORMAL: ['SUCCESS', 'CLOSED'],
  CLOSED: ['REPLACED'],
  REPLACED: [],
  SUCCESS: [],
};
/** The payer's money is, or was, the owner's. */
const TAKEN = ['PAID', 'REFUND_DUE', 'REFUNDED'];
const RELEASED = ['EXPIRED', 'CANCELLED_BY_PATIENT', 'CANCELLED_BY_HOSPITAL'];

export class PaymentRuleBroken extends Error {}

function must(rule: string, holds: boolean, what: string): void {
  if (!holds) throw new PaymentRuleBroken(`${rule}: ${what}`);
}

/** What is looked at besides the table. */
export interface Watched {
  readonly books: Books;
  readonly now: () => number;
  /** Prepay ids that a payer was given: without one nobody can pay. */
  readonly handedOut: ReadonlySet<string>;
  /** Must stand in no log line, event, address or error. */
  readonly markers: readonly string[];
  readonly lines: readonly LoggedLine[];
}

/** Looks at every write as the table's stream tells it: pass `onChange` to the memory table, and wrap the table. */
export class PaymentWatch {
  readonly settlements = new Map<string, Settlement>();
  readonly refunds = new Map<string, Refund>();
  readonly locks = new Map<string, ChargeLock>();
  readonly appointments = new Map<string, Appointment>();
  readonly work = new Map<string, WorkItem>();
  /** By account and order: what the ledger says. */
  readonly accounts = new Map<string, number>();
  readonly #postings = new Map<string, Posting>();
  readonly #watched: () => Watched;
  #pending: Change[] = [];
  #linesRead = 0;
  writes = 0;

  constructor(watched: () => Watched) {
    this.#watched = watched;
  }

  readonly onChange = (change: Change): void => {
    this.#pending.push(change);
  };

  /** The table with a check after every write; a transaction counts as one. */
  watched(table: Table): Table {
    return watchedTable(table, () => this.check());
  }

  /** Takes in what was written since the last check and holds all of it against the rules. */
  check(): void {
    const changes = this.#pending;
    this.#pending = [];
    this.writes += changes.length;
    for (const change of changes) this.#learn(change);
    for (const change of changes) this.#judge(change);
    if (changes.some(({ key }) => isMoney(key.pk))) this.checkMoney();
    this.checkReleases();
    this.checkSecrecy(changes);
  }

  #learn({ key: { pk, sk }, new: item }: Change): void {
    if (item === undefined) return;
    if (sk === 'settlement') this.settlements.set(settlementId(pk), settlements.from(item));
    else if (pk.startsWith('payment#settlement#') && sk.startsWith('refund#'))
      this.refunds.set(sk.slice('refund#'.length), typed<Refund>(item));
    else if (pk.startsWith('charge-lock#')) this.locks.set(String(item['chargeId']), typed<ChargeLock>(item));
    else if (pk.startsWith('payment#worklist#')) this.work.set(`${pk}|${sk}`, typed<WorkItem>(item));
    else if (sk.startsWith('appointment#'))
      this.appointments.set(sk.slice('appointment#'.length), appointments.from(item));
  }

  #judge({ key: { pk, sk }, old, new: item }: Change): void {
    if (item === undefined) {
      must('P2', !isMoney(pk), 'something with money in it was deleted');
      return;
    }
    if (pk.startsWith('payment#ledger#'))
      this.#judgePosting(`${pk}|${sk}`, old && typed<Posting>(old), typed<Posting>(item));
    if (sk === 'settlement') judgeSettlement(old && settlements.from(old), settlements.from(item));
    if (sk.startsWith('refund#')) judgeRefund(old && typed<Refund>(old), typed<Refund>(item));
    if (pk.startsWith('charge-lock#'))
      this.#judgeLock(old && typed<ChargeLock>(old), typed<ChargeLock>(item));
    if (sk.startsWith('appointment#')) this.#judgeAppointment(appointments.from(item));
  }

  #judgePosting(id: string, old: Posting | undefined, posting: Posting): void {
    must('P2', old === undefined && !this.#postings.has(id), 'a posting was written twice');
    this.#postings.set(id, posting);
    const sum = posting.lines.reduce((total, { fen }) => total + fen, 0);
    must('P2', sum === 0, `a posting sums up to ${sum}`);
    must('P2', posting.lines.length > 1, 'a posting moves nothing');
    for (const { account, fen, outTradeNo } of posting.lines) {
      must('P2', Number.isSafeInteger(fen) && fen !== 0, `a line of ${fen} fen`);
      const key = `${account}|${outTradeNo}`;
      this.accounts.set(key, (this.accounts.get(key) ?? 0) + fen);
    }
  }

  #judgeLock(old: ChargeLock | undefined, lock: ChargeLock): void {
    const before = old?.status ?? 'OPEN';
    const { status, chargeId, settlementId: by } = lock;
    if (before !== status)
      must('P3', LOCK_NEXT[before]?.includes(status) === true, `a lock ${before} became ${status}`);
    for (const fact of ['owner', 'patientId', 'payeeId', 'amountFen'] as const)
      must('P3', old === undefined || old[fact] === lock[fact], `the ${fact} of a lock changed`);
    if (old !== undefined && old.settlementId !== by)
      must('P3', before === 'OPEN', `a ${before} lock went over to another settlement`);
    if (before === status) return;
    const settlement = this.settlements.get(by ?? '');
    if (status === 'CLAIMED')
      must('P3', settlement?.status === 'PENDING', 'claimed by what is no open settlement');
    if (status === 'PAID')
      must('P1', settlement?.status === 'PAID' && settlement.late !== 'GIVEN_BACK', 'paid by nobody');
    if (status === 'OPEN')
      must('P5', settlement?.status === 'CLOSED', `opened by a ${settlement?.status} settlement`);
    if (status === 'REFUNDED') {
      const line = settlement?.lines.find((each) => each.chargeId === chargeId);
      must(
        'P1',
        line !== undefined && line.refundedFen === line.selfFen,
        'refunded before all was given back',
      );
    }
  }

  /** What an appointment may say of its charge, given the lock of this very moment. */
  #judgeAppointment({ status, charge, appointmentId }: Appointment): void {
    if (charge === undefined) return;
    const lock = this.locks.get(charge.chargeId)?.status ?? 'OPEN';
    const fits = (...locks: readonly string[]) =>
      must('P1', locks.includes(lock), `${appointmentId}: a ${charge.status} charge over a ${lock} lock`);
    if (charge.status === 'PAID') fits('PAID', 'REFUND_DUE', 'REFUNDED');
    if (charge.status === 'VOID') fits('WITHDRAWN');
    if (charge.status === 'REFUND_DUE') fits('REFUND_DUE', 'REFUNDED');
    if (charge.status === 'REFUNDED') fits('REFUNDED');
    if (RELEASED.includes(status))
      must(
        'P5',
        ['WITHDRAWN', 'REFUND_DUE', 'REFUNDED'].includes(lock),
        `a ${status} appointment over a ${lock} lock`,
      );
  }

  /** P1–P3 over everything that has to do with money. */
  checkMoney(): void {
    const { books } = this.#watched();
    const payersOf = new Map<string, string>();
    for (const settlement of this.settlements.values()) {
      const { settlementId: id, status, lines, orders, late, method, onsite } = settlement;
      for (const line of lines) {
        const { chargeId, selfFen, refundAskedFen, refundedFen, amountFen } = line;
        must('P1', selfFen === amountFen, 'a patient pays another sum than the charge’s');
        const own = this.#refundsOf(id, chargeId);
        must(
          'P1',
          refundedFen === sumOf(own, 'SUCCESS'),
          `${refundedFen} fen refunded by count, not by refunds`,
        );
        must(
          'P1',
          refundAskedFen === sumOf(own),
          `${refundAskedFen} fen asked back by count, not by refunds`,
        );
        must('P1', refundAskedFen <= selfFen, `${refundAskedFen} fen asked back of ${selfFen}`);
        must('P1', refundAskedFen === 0 || status === 'PAID', 'refunded without having been paid');
        const lock = this.locks.get(chargeId);
        const holds = lock?.settlementId === id && TAKEN.includes(lock.status);
        const shouldHold = status === 'PAID' && late !== 'GIVEN_BACK';
        must('P1', holds === shouldHold, `a ${status} ${late ?? ''} settlement and a ${lock?.status} lock`);
        if (!shouldHold) continue;
        must('P3', !payersOf.has(chargeId), 'a charge was paid twice');
        payersOf.set(chargeId, id);
      }
      for (const { outTradeNo, mchid, totalFen } of orders) {
        const own = lines.filter((line) => line.outTradeNo === outTradeNo);
        const asked = own.reduce((sum, { selfFen }) => sum + selfFen, 0);
        const back = own.reduce((sum, { refundedFen }) => sum + refundedFen, 0);
        must('P1', asked === totalFen, `an order of ${totalFen} for charges of ${asked}`);
        const account = onsite === undefined ? `provider:${mchid}` : `till:${onsite.institutionId}`;
        const booked = this.accounts.get(`${account}|${outTradeNo}`) ?? 0;
        const expected = status === 'PAID' ? totalFen - back : 0;
        must('P2', booked === expected, `the ledger says ${booked} where ${expected} was moved`);
        for (const payeeId of new Set(own.map((line) => line.payeeId))) {
          const earned = own
            .filter((line) => line.payeeId === payeeId)
            .reduce((sum, { selfFen, refundedFen }) => sum + selfFen - refundedFen, 0);
          const said = -(this.accounts.get(`payee:${payeeId}|${outTradeNo}`) ?? 0);
          must('P2', said === (status === 'PAID' ? earned : 0), `a payee has ${said} instead of ${earned}`);
        }
        if (method !== 'WECHAT') continue;
        const theirs = books.get('order', `${mchid}|${outTradeNo}`);
        const isPaid = theirs?.paidAt !== undefined && theirs.totalFen === totalFen;
        must('P1', status !== 'PAID' || isPaid, 'taken for paid, and WeChat has no such money');
      }
    }
    for (const { refundNo, status, outTradeNo, amountFen, settlementId: id } of this.refunds.values()) {
      const settlement = this.settlements.get(id);
      if (status !== 'SUCCESS' || settlement?.method !== 'WECHAT') continue;
      const order = settlement.orders.find((each) => each.outTradeNo === outTradeNo);
      const theirs = books.get('refund', `${order?.mchid}|${refundNo}`);
      must(
        'P1',
        theirs?.state === 'SUCCESS' && theirs.refundFen === amountFen,
        'taken for refunded, and WeChat gave nothing back',
      );
    }
    const total = [...this.accounts.values()].reduce((sum, fen) => sum + fen, 0);
    must('P2', total === 0, `the ledger sums up to ${total}`);
    for (const order of books.all('order').values())
      must('P1', order.refundedFen <= order.totalFen, 'WeChat gave back more than was paid');
  }

  #refundsOf(id: string, chargeId: string): readonly Refund[] {
    return [...this.refunds.values()].filter(
      (refund) => refund.settlementId === id && refund.chargeId === chargeId,
    );
  }

  /** P5: while somebody can pay an order, its charges are held for it. */
  checkReleases(): void {
    const { books, handedOut, now } = this.#watched();
    for (const prepayId of handedOut) {
      const { of, id = '', validUntil = 0 } = books.get('prepay', prepayId) ?? { of: 'order' as const };
      const whole = books.get(of, id);
      if (whole === undefined) continue;
      const isOpen = whole.state === 'NOTPAY' && now() < whole.payableUntil && now() < validUntil;
      if (!isOpen && whole.state !== 'USERPAYING') continue;
      const settlement = this.settlements.get(whole.outTradeNo);
      must('P5', settlement !== undefined, 'an order can be paid that belongs to nothing');
      if (settlement === undefined || settlement.closedBecause === 'GIVEN_UP') continue;
      must('P5', settlement.status !== 'CLOSED', 'closed while it can still be paid');
      for (const { chargeId } of settlement.lines) {
        const lock = this.locks.get(chargeId);
        const isHeld = lock?.status === 'CLAIMED' && lock.settlementId === settlement.settlementId;
        must('P5', isHeld, `a ${lock?.status} charge can still be paid`);
      }
    }
  }

  /** P6: nothing of a person, card or key outside the sealed fields. */
  checkSecrecy(changes: readonly Change[]): void {
    const { lines } = this.#watched();
    for (const { code, facts, error } of lines.slice(this.#linesRead)) {
      this.checkText('a log line', `${code} ${JSON.stringify(facts)} ${told(error)}`);
      must('P6', !/"wx\d{10}/.test(JSON.stringify(facts)), 'a log line holds a prepay id');
    }
    this.#linesRead = lines.length;
    for (const { new: item } of changes) {
      if (typeof item?.['event'] === 'string') this.checkText('an event', item['event']);
      if (item !== undefined && isMoney(item.pk)) this.checkText('an item', JSON.stringify(item));
    }
  }

  checkText(where: string, text: string): void {
    for (const marker of this.#watched().markers)
      must('P6', !text.includes(marker), `${where} holds what it may not: …${marker.slice(0, 6)}`);
  }

  /** All faults off, time passed, people have done their work: nothing is under way, and the books agree to the fen. */
  checkAtRest(items: readonly Item[]): void {
    this.check();
    for (const item of items)
      must(
        'P1',
        !(item.pk.startsWith('payment#') && item['dueShard'] !== undefined),
        `a timer is left: ${item.sk}`,
      );
    for (const { status, settlementId: id } of this.settlements.values())
      must('P1', status === 'PAID' || status === 'CLOSED', `settlement ${id} is ${status} at rest`);
    for (const refund of this.refunds.values()) this.#checkRefundAtRest(refund);
    this.#checkBooks();
    this.#checkLines();
    this.#checkOwner();
  }

  #checkRefundAtRest({ refundNo, payeeId, status }: Refund): void {
    if (status === 'SUCCESS' || status === 'REPLACED') return;
    const work = this.work.get(`payment#worklist#${payeeId}|item#refund-${refundNo}`);
    must('P1', work?.status === 'OPEN', `a ${status} refund is on nobody’s list`);
  }

  /** Every movement at WeChat is in the ledger, and nothing else is. */
  #checkBooks(): void {
    const { books } = this.#watched();
    const theirs = new Map<string, number>();
    for (const { order, amountFen } of books.all('entry').values())
      theirs.set(order, (theirs.get(order) ?? 0) + amountFen);
    const ours = new Map<string, number>();
    for (const [key, fen] of this.accounts)
      if (key.startsWith('provider:')) ours.set(key.slice('provider:'.length), fen);
    for (const order of new Set([...theirs.keys(), ...ours.keys()])) {
      const [said, is] = [ours.get(order) ?? 0, theirs.get(order) ?? 0];
      must('P2', said === is, `WeChat holds ${is} fen of an order, the ledger says ${said}`);
    }
  }

  /** P1: exactly one of delivered and refunded. */
  #checkLines(): void {
    for (const { status, lines, late, settlementId: id } of this.settlements.values()) {
      if (status !== 'PAID') continue;
      for (const { chargeId, selfFen, refundAskedFen, refundedFen } of lines) {
        const lock = this.locks.get(chargeId);
        const isGivenBack =
          late === 'GIVEN_BACK' || lock?.status === 'REFUND_DUE' || lock?.status === 'REFUNDED';
        const holder = this.#appointmentOf(chargeId);
        const isDelivered =
          lock?.settlementId === id && lock.status === 'PAID' && holder?.charge?.status === 'PAID';
        must(
          'P1',
          isGivenBack !== isDelivered,
          `${chargeId}: lock ${lock?.status}, charge ${holder?.charge?.status}, ${late ?? 'in time'}`,
        );
        if (isGivenBack) must('P1', refundAskedFen === selfFen, 'not all of it is given back');
        const isWhole = refundedFen === selfFen && late !== 'GIVEN_BACK';
        must('P1', !isWhole || lock?.status === 'REFUNDED', `all given back under a ${lock?.status} lock`);
        if (isDelivered)
          must('P1', !RELEASED.includes(holder?.status ?? ''), `paid for, and ${holder?.status}`);
      }
    }
    const { books } = this.#watched();
    for (const { outTradeNo, paidAt, totalFen } of books.all('order').values()) {
      if (paidAt === undefined) continue;
      const settlement = this.settlements.get(outTradeNo.slice(0, 26));
      must(
        'P1',
        settlement?.status === 'PAID',
        `${totalFen} fen came, and the settlement is ${settlement?.status}`,
      );
    }
  }

  /** The appointment that now bears a charge. */
  #appointmentOf(chargeId: string): Appointment | undefined {
    return [...this.appointments.values()].find(({ charge }) => charge?.chargeId === chargeId);
  }

  #checkOwner(): void {
    const fitting: Readonly<Record<string, string>> = {
      OPEN: 'OPEN',
      PAID: 'PAID',
      WITHDRAWN: 'VOID',
      REFUND_DUE: 'REFUND_DUE',
      REFUNDED: 'REFUNDED',
    };
    for (const { status, charge, appointmentId } of this.appointments.values()) {
      must('P5', status !== 'PENDING_PAYMENT', `${appointmentId} waits for a payment that is over`);
      if (charge === undefined) continue;
      const lock = this.locks.get(charge.chargeId)?.status ?? 'OPEN';
      must(
        'P1',
        fitting[lock] === charge.status,
        `${appointmentId} is ${status}, its charge ${charge.status}, the lock ${lock}`,
      );
    }
  }
}

function judgeSettlement(old: Settlement | undefined, settlement: Settlement): void {
  const { status } = settlement;
  if (old === undefined) {
    const first = settlement.method === 'ONSITE' ? 'PAID' : 'PENDING';
    must('P4', status === first, `a settlement began as ${status}`);
    return;
  }
  if (old.status !== status)
    must(
      'P4',
      SETTLEMENT_NEXT[old.status]?.includes(status) === true,
      `a settlement ${old.status} became ${status}`,
    );
  for (const fact of ['totalFen', 'patientId', 'openedBy', 'method', 'paidAt', 'late'] as const)
    must(
      'P4',
      old[fact] === undefined || old[fact] === settlement[fact],
      `the ${fact} of a settlement changed`,
    );
  must('P4', amountsOf(old) === amountsOf(settlement), 'what is paid was changed');
}

function amountsOf({ lines, orders }: Settlement): string {
  return JSON.stringify([
    lines.map(({ chargeId, amountFen, selfFen, payeeId, outTradeNo }) => [
      chargeId,
      amountFen,
      selfFen,
      payeeId,
      outTradeNo,
    ]),
    orders.map(({ outTradeNo, mchid, totalFen }) => [outTradeNo, mchid, totalFen]),
  ]);
}

function judgeRefund(old: Refund | undefined, refund: Refund): void {
  const { status, amountFen } = refund;
  must('P4', Number.isSafeInteger(amountFen) && amountFen > 0, `a refund of ${amountFen}`);
  if (old === undefined) {
    must('P4', status === 'REQUESTED', `a refund began as ${status}`);
    return;
  }
  if (old.status !== status)
    must('P4', REFUND_NEXT[old.status]?.includes(status) === true, `a refund ${old.status} became ${status}`);
  for (const fact of ['amountFen', 'chargeId', 'outTradeNo', 'payeeId', 'requestedBy'] as const)
    must('P4', old[fact] === refund[fact], `the ${fact} of a refund changed`);
}

/** Still standing: what was replaced is counted by its successor. */
function sumOf(refunds: readonly Refund[], status?: Refund['status']): number {
  return refunds
    .filter((each) => (status === undefined ? each.status !== 'REPLACED' : each.status === status))
    .reduce((sum, { amountFen }) => sum + amountFen, 0);
}

function isMoney(pk: string): boolean {
  return pk.startsWith('payment#') || pk.startsWith('charge-lock#');
}

function settlementId(pk: string): string {
  return pk.slice('payment#settlement#'.length);
}

/** An error with all it carries, its stack left out. */
function told(error: unknown): string {
  if (error === undefined) return '';
  return inspect(error, { depth: 8, compact: true, showHidden: false });
}

function typed<T>(item: Item): T {
  return item as unknown as T;
}
