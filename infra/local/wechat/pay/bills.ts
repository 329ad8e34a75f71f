import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  addDays,
  type Day,
  dayOf,
  daysBetween,
  instantAt,
  isDay,
} from '../../../../shared/kernel/china-time.ts';
import { addFen } from '../../../../shared/kernel/fen.ts';
import { type PayAnswer, Refused } from './answers.ts';
import { type BillLine, fundFlowText, READY_AT, tradeBillText } from './bill-text.ts';
import type { Desk } from './desk.ts';
import type { PayMerchant } from './merchants.ts';

/** Daily bills, written from the entries and from nothing else. */

const DAYS_KEPT = 92;
const ADDRESS_MS = 5 * 60_000;

interface File {
  readonly bytes: Buffer;
  readonly mchid: string;
  readonly until: number;
}

/** Bills and the addresses they are fetched from, good for five minutes. */
export class BillDesk {
  readonly #desk: Desk;
  readonly #url: () => string;
  readonly #files = new Map<string, File>();

  constructor(desk: Desk, url: () => string) {
    this.#desk = desk;
    this.#url = url;
  }

  tradeBill(merchant: PayMerchant, query: URLSearchParams): PayAnswer {
    const type = query.get('bill_type') ?? 'ALL';
    if (type !== 'ALL') throw new Refused('PARAM_ERROR');
    const subMchid = query.get('sub_mchid');
    const day = this.#day(query);
    const lines = this.#lines(day).filter(
      ({ entry, order }) =>
        // A refund that came back later does not change the bill of any day.
        entry.kind !== 'REFUND_RETURNED' &&
        order.mchid === merchant.mchid &&
        (subMchid === null || order.subMchid === subMchid),
    );
    if (lines.length === 0) throw new Refused('NO_STATEMENT_EXIST');
    return this.#offer(merchant, query, tradeBillText(lines, merchant.feeBasisPoints ?? 0, madeAt(day)));
  }

  fundFlowBill(merchant: PayMerchant, query: URLSearchParams): PayAnswer {
    const day = this.#day(query);
    const own = this.#entries().filter(({ entry }) => entry.account === merchant.mchid);
    const start = Date.parse(instantAt(day, '00:00'));
    const before = own.filter(({ entry }) => entry.at < start);
    const lines = own.filter(({ entry }) => dayOf(entry.at) === day);
    if (lines.length === 0) throw new Refused('NO_STATEMENT_EXIST');
    const balance = addFen(...before.map(({ entry }) => entry.amountFen - entry.feeFen));
    return this.#offer(merchant, query, fundFlowText(lines, balance));
  }

  /** The file itself goes out unsigned. Undefined: no such address, or no longer. */
  file(merchant: PayMerchant, query: URLSearchParams): Buffer | undefined {
    const file = this.#files.get(query.get('token') ?? '');
    const isGood = file?.mchid === merchant.mchid && this.#desk.clock.now() < file.until;
    return isGood ? file.bytes : undefined;
  }

  #day(query: URLSearchParams): Day {
    const day = query.get('bill_date') ?? '';
    if (!isDay(day)) throw new Refused('PARAM_ERROR');
    const now = this.#desk.clock.now();
    const age = daysBetween(day, dayOf(now));
    if (age < 1 || age > DAYS_KEPT) throw new Refused('BILL_DATE');
    if (now < madeAt(day)) throw new Refused('STATEMENT_CREATING');
    return day;
  }

  #entries(): readonly BillLine[] {
    const { books } = this.#desk;
    return [...books.all('entry').values()].flatMap((entry) => {
      const order = books.get('order', entry.order);
      return order === undefined ? [] : [{ entry, order, refund: books.get('refund', entry.refund ?? '') }];
    });
  }

  #lines(day: Day): readonly BillLine[] {
    return this.#entries().filter(({ entry }) => dayOf(entry.at) === day);
  }

  #offer(merchant: PayMerchant, query: URLSearchParams, text: string): PayAnswer {
    const plain = Buffer.from(text, 'utf8');
    const token = randomBytes(32).toString('base64url');
    const isPacked = query.get('tar_type') === 'GZIP';
    this.#files.set(token, {
      bytes: isPacked ? gzipSync(plain) : plain,
      mchid: merchant.mchid,
      until: this.#desk.clock.now() + ADDRESS_MS,
    });
    return {
      status: 200,
      body: {
        download_url: `${this.#url()}/v3/billdownload/file?token=${token}`,
        hash_type: 'SHA1',
        hash_value: createHash('sha1').update(plain).digest('hex'),
      },
    };
  }
}

function madeAt(day: Day): number {
  return Date.parse(instantAt(addDays(day, 1), READY_AT));
}
