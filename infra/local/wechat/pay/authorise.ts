import { Refused } from './answers.ts';
import type { Desk } from './desk.ts';
import type { PayMerchant } from './merchants.ts';
import { isSignedBy } from './sealing.ts';

const SCHEME = 'WECHATPAY2-SHA256-RSA2048 ';
const WINDOW_SECONDS = 300;

export interface Arrived {
  readonly method: string;
  /** Path and query, raw. */
  readonly target: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: Buffer;
}

/** Whose call it is, by its signature over exactly what arrived. @throws Refused */
export function authorised(
  { merchants, clock }: Desk,
  { method, target, headers, body }: Arrived,
): PayMerchant {
  if (!headers['accept'] || !headers['user-agent']) throw new Refused('NO_HEADERS');
  const header = String(headers['authorization'] ?? '');
  if (!header.startsWith(SCHEME)) throw new Refused('SIGN_ERROR');
  const fields = fieldsOf(header.slice(SCHEME.length));
  const [mchid, serial, nonce] = [fields.get('mchid'), fields.get('serial_no'), fields.get('nonce_str')];
  const [timestamp, signature] = [fields.get('timestamp'), fields.get('signature')];
  if (!mchid || !serial || !nonce || !timestamp || !signature) throw new Refused('SIGN_ERROR');
  const merchant = merchants.get(mchid);
  if (merchant?.serial !== serial) throw new Refused('SIGN_ERROR');
  const ageSeconds = Math.abs(clock.now() / 1000 - Number(timestamp));
  // Not "greater": a time that is no number is refused, too.
  if (!(ageSeconds <= WINDOW_SECONDS)) throw new Refused('STALE_SIGNATURE');
  const request = { method, target, timestamp, nonce, body };
  if (!isSignedBy(merchant.publicKey, request, signature)) throw new Refused('SIGN_ERROR');
  return merchant;
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
}
