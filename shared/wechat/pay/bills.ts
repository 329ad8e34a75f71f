import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import type { Day } from '../../kernel/china-time.ts';
import { callPay, type PayConnection, signedHeader } from './client.ts';
import { type FundFlowBill, parseFundFlowBill } from './fund-flow-bill.ts';
import { type PayFault, unlessRefused, WeChatPayError } from './pay-errors.ts';
import { parseTradeBill, type TradeBill } from './trade-bill.ts';

/** 对账: a day's bills, from ten o'clock of the next day and for three months. Bills count in yuan, all else in fen. */

/** CREATING: not before ten o'clock. NONE: on that day nothing moved. */
export type BillOutcome<T> =
  | { readonly status: 'READY'; readonly bill: T; readonly text: string }
  | { readonly status: 'CREATING' | 'NONE' };

export interface BillRequest {
  readonly day: Day;
  /** One sub-merchant's; a service provider gets all of them without it. Trade bills only. */
  readonly subMchid?: string;
}

const ticketSchema = z.object({
  hash_type: z.literal('SHA1'),
  hash_value: z.string().check(z.regex(/^[0-9a-fA-F]{40}$/)),
  download_url: z.url(),
});

type Ticket = z.output<typeof ticketSchema>;

const ABSENT = new Map([
  ['STATEMENT_CREATING', 'CREATING' as const],
  ['NO_STATEMENT_EXIST', 'NONE' as const],
]);

const DOWNLOAD = 'GET /v3/billdownload/file';
const MOST_BYTES = 512 * 1024 * 1024;

/** @throws WeChatPayError, MalformedBillError */
export async function tradeBill(
  connection: PayConnection,
  { day, subMchid }: BillRequest,
): Promise<BillOutcome<TradeBill>> {
  const query = { bill_date: day, bill_type: 'ALL', tar_type: 'GZIP', sub_mchid: subMchid };
  return fetchBill(connection, '/v3/bill/tradebill', query, parseTradeBill);
}

/** Of the basic account. @throws WeChatPayError, MalformedBillError */
export async function fundFlowBill(
  connection: PayConnection,
  { day }: Pick<BillRequest, 'day'>,
): Promise<BillOutcome<FundFlowBill>> {
  const query = { bill_date: day, account_type: 'BASIC', tar_type: 'GZIP' };
  return fetchBill(connection, '/v3/bill/fundflowbill', query, parseFundFlowBill);
}

async function fetchBill<T>(
  connection: PayConnection,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  parse: (text: string) => T,
): Promise<BillOutcome<T>> {
  const ticket = await unlessRefused(
    () =>
      callPay(connection, {
        api: `GET ${path}`,
        method: 'GET',
        path,
        query,
        answer: ticketSchema,
        repeatable: true,
      }),
    ABSENT,
  );
  if (typeof ticket === 'string') return { status: ticket };
  const text = await download(connection, ticket);
  return { status: 'READY', bill: parse(text), text };
}

/**
 * The file itself is not signed: the SHA-1 of its unpacked bytes, from the signed answer before, vouches for it. The
 * address holds a token, so it shows nowhere.
 */
async function download(connection: PayConnection, ticket: Ticket): Promise<string> {
  const url = new URL(ticket.download_url);
  // Our signature goes to WeChat and nowhere else.
  if (url.origin !== new URL(connection.endpoint).origin) throw failed('UNTRUSTED');
  const file = await fetchFile(connection, url);
  const plain = unpacked(file);
  const digest = plain && createHash('sha1').update(plain).digest('hex');
  if (plain === undefined || digest !== ticket.hash_value.toLowerCase()) throw failed('UNTRUSTED');
  return plain.toString('utf8');
}

async function fetchFile(connection: PayConnection, url: URL): Promise<Buffer> {
  let status: number | undefined;
  try {
    const response = await (connection.fetch ?? fetch)(url, {
      headers: {
        Authorization: signedHeader(connection, { method: 'GET', url, body: '' }),
        'Accept-Encoding': 'identity',
        'User-Agent': 'tiered-care',
      },
      redirect: 'error',
      signal: AbortSignal.timeout(connection.timeoutMs),
    });
    status = response.status;
    const bytes = Buffer.from(await response.arrayBuffer());
    if (status === 200) return bytes;
  } catch {
    // The cause may quote the address.
  }
  throw failed('UNAVAILABLE', status);
}

/** WeChat packs it as asked, and sometimes answers plain text all the same. */
function unpacked(file: Buffer): Buffer | undefined {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  try {
    return gunzipSync(file, { maxOutputLength: MOST_BYTES });
  } catch {
    return undefined;
  }
}

function failed(fault: PayFault, status?: number): WeChatPayError {
  return new WeChatPayError({ api: DOWNLOAD, fault, status, retryable: true, outcomeUnknown: false });
}
