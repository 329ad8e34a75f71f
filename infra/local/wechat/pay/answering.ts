import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../http/read-body.ts';
import { type PayAnswer, Refused, refusal } from './answers.ts';
import { authorised } from './authorise.ts';
import type { BillDesk } from './bills.ts';
import type { Endpoint, Outcome } from './calls.ts';
import type { Courier } from './courier.ts';
import type { Desk } from './desk.ts';
import type { PayKnobs } from './knobs.ts';
import type { PayMerchant } from './merchants.ts';
import type { PlatformKeyRing } from './platform-keys.ts';
import { signatureHeaders } from './sealing.ts';

/** One call of a merchant's: whose it is, what it does, what goes wrong, and the signed answer. */

const MOST_BYTES = 1024 * 1024;

export interface Service {
  readonly desk: Desk;
  readonly keys: PlatformKeyRing;
  readonly bills: BillDesk;
  readonly courier: Courier;
  readonly endpoints: readonly Endpoint[];
}

/** Goes out as it is, unsigned. */
interface BillFile {
  readonly file: Buffer;
}

export async function answerMerchant(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { desk, courier } = service;
  const { knobs } = desk;
  const raw = await readBody(request, MOST_BYTES);
  if (raw === 'too-large') return end(service, request, response, refusal('PARAM_ERROR'));
  if (knobs.strikes('silent')) return;
  if (knobs.strikes('busy')) return end(service, request, response, refusal('SYSTEM_ERROR'));
  if (knobs.strikes('limited')) return end(service, request, response, refusal('FREQUENCY_LIMITED'));
  const outcome = outcomeOf(service, request, raw);
  if ('file' in outcome) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(outcome.file);
    return;
  }
  if (outcome.early.length > 0 && knobs.strikes('early')) {
    for (const id of outcome.early) await courier.send(id);
  }
  if (knobs.strikes('lostAnswers')) {
    request.socket.destroy();
    return;
  }
  end(service, request, response, outcome.answer);
}

function outcomeOf(service: Service, request: IncomingMessage, raw: Buffer): Outcome | BillFile {
  const target = request.url ?? '/';
  const method = request.method ?? '';
  try {
    const merchant = authorised(service.desk, { method, target, headers: request.headers, body: raw });
    return carriedOut(service, merchant, { method, target, raw });
  } catch (error) {
    if (error instanceof Refused) return { answer: error.answer, early: [] };
    throw error;
  }
}

function carriedOut(
  { endpoints, bills }: Service,
  merchant: PayMerchant,
  { method, target, raw }: { readonly method: string; readonly target: string; readonly raw: Buffer },
): Outcome | BillFile {
  const { pathname, searchParams: query } = new URL(`http://localhost${target}`);
  if (method === 'GET' && pathname === '/v3/billdownload/file') {
    const file = bills.file(merchant, query);
    if (file === undefined) throw new Refused('NO_SUCH_URL');
    return { file };
  }
  for (const endpoint of endpoints) {
    const match = endpoint.method === method ? endpoint.path.exec(pathname) : null;
    if (match === null) continue;
    const number = decodeURIComponent(match[1] ?? '');
    return endpoint.handle({ merchant, query, body: jsonOf(raw), number });
  }
  throw new Refused('NO_SUCH_URL');
}

/** Signed with the key that the caller asks for, else with the current one. */
function end(service: Service, request: IncomingMessage, response: ServerResponse, answer: PayAnswer): void {
  const { desk, keys } = service;
  const body = answer.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(answer.body));
  const wanted = request.headers['wechatpay-serial'];
  const signer = keys.signer(typeof wanted === 'string' ? wanted : undefined);
  const headers = signatureHeaders(signer, body, desk.clock.now());
  response.writeHead(answer.status, {
    ...headers,
    ...spoilt(desk.knobs, headers),
    'Request-ID': `08${crypto.randomUUID().replaceAll('-', '').toUpperCase()}`,
    ...(body.length === 0 ? {} : { 'content-type': 'application/json; charset=utf-8' }),
  });
  response.end(body);
}

function spoilt(
  knobs: PayKnobs,
  { 'Wechatpay-Signature': signature = '' }: Readonly<Record<string, string>>,
) {
  if (knobs.strikes('wrongSignatures')) {
    const bytes = Buffer.from(signature, 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return { 'Wechatpay-Signature': bytes.toString('base64') };
  }
  return knobs.strikes('answerProbes') ? { 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${signature}` } : {};
}

function jsonOf(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}
