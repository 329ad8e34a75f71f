import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../../shared/kernel/clock.ts';
import { PayAgenda } from './agenda.ts';
import { answerMerchant, type Service } from './answering.ts';
import { BillDesk } from './bills.ts';
import { Books, latestOnly } from './books.ts';
import { endpointsOf } from './calls.ts';
import { Courier, type Post } from './courier.ts';
import type { Desk } from './desk.ts';
import { fileJournal, memoryJournal } from './journal.ts';
import { PayKnobs } from './knobs.ts';
import type { PayMerchant } from './merchants.ts';
import { cancel, finish, launchObstacle, type Payer, type PayOutcome, pay, prepayIdOf } from './payer.ts';
import { answerPayer } from './payer-page.ts';
import type { PlatformKeyRing } from './platform-keys.ts';
import { postToThisMachine } from './post.ts';
import type { RefundRecord } from './records.ts';
import { endRefund } from './refund-end.ts';

export interface WeChatPayParts {
  readonly clock: Clock;
  readonly merchants: readonly PayMerchant[];
  readonly keys: PlatformKeyRing;
  /** Where the stand-in keeps what WeChat would remember; undefined: nowhere, for a simulation. */
  readonly folder: string | undefined;
  readonly port?: number;
  /** How notifications travel; over HTTP to this machine unless told otherwise. */
  readonly post?: Post;
}

/** WeChat Pay as the platform meets it, on a port of its own. */
export interface WeChatPayStandIn {
  readonly url: string;
  readonly desk: Desk;
  readonly keys: PlatformKeyRing;
  readonly knobs: PayKnobs;
  readonly courier: Courier;
  /** Its appointments, for the city's time machine. */
  readonly agenda: PayAgenda;
  readonly payer: Payer;
  /** Ends a refund before its time, or an ABNORMAL one anew. False: there is nothing to end. */
  endRefund(mchid: string, outRefundNo: string, ending: RefundRecord['ending']): boolean;
  stop(): Promise<void>;
}

export async function startWeChatPay(parts: WeChatPayParts): Promise<WeChatPayStandIn> {
  const { clock, keys, folder, port = 0, post = postToThisMachine() } = parts;
  const journal =
    folder === undefined ? memoryJournal() : fileJournal(`${folder}/wechat-pay.jsonl`, latestOnly);
  const knobs = new PayKnobs();
  const merchants = new Map(parts.merchants.map((merchant) => [merchant.mchid, merchant]));
  const desk: Desk = { books: new Books(journal), clock, knobs, merchants };
  const courier = new Courier(desk, keys, post);
  const agenda = new PayAgenda(desk, courier);
  let url = '';
  const bills = new BillDesk(desk, () => url);
  const service: Service = { desk, keys, bills, courier, endpoints: endpointsOf(desk, bills) };
  const payer = payerOf(service);
  const server = createServer((request, response) => {
    const answered = request.url?.startsWith('/payer')
      ? answerPayer({ desk, payer }, request, response)
      : answerMerchant(service, request, response);
    answered.catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    desk,
    keys,
    knobs,
    courier,
    agenda,
    payer,
    endRefund: (mchid, outRefundNo, ending) => {
      const id = `${mchid}|${outRefundNo}`;
      const before = desk.books.get('refund', id);
      endRefund(desk, id, ending);
      return before !== desk.books.get('refund', id);
    },
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await courier.idle();
      desk.books.close();
    },
  };
}

function payerOf({ desk, courier }: Service): Payer {
  /** With the fault `early` the notification is there before the payer sees the money go. */
  const told = async (outcome: PayOutcome): Promise<PayOutcome> => {
    if (outcome.outcome === 'PAID' && desk.knobs.strikes('early')) {
      for (const id of outcome.callbacks) await courier.send(id);
    }
    return outcome;
  };
  return {
    pay: (prepayId, openid) => told(pay(desk, prepayId, openid)),
    requestPayment: async (launch, openid) => {
      const reason = launchObstacle(desk, launch);
      return reason === undefined
        ? told(pay(desk, prepayIdOf(launch), openid))
        : { outcome: 'REFUSED', reason };
    },
    finish: (prepayId, isPaid) => told(finish(desk, prepayId, isPaid)),
    cancel: (prepayId) => cancel(desk, prepayId),
  };
}
