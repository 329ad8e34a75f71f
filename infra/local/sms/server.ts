import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod/mini';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { SMS_PATH, type SmsConnection, smsSignature } from '../../../shared/sms/sms-provider.ts';
import { readBody } from '../http/read-body.ts';
import { Journal } from '../inbox.ts';

/** A template that the provider has approved. */
export interface SmsTemplate {
  readonly templateId: string;
  readonly params: readonly string[];
}

/** A text message as it stands on a telephone. */
export interface DeliveredText {
  readonly phone: string;
  readonly templateId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly signName: string;
  readonly at: string;
}

const times = z._default(z.int().check(z.minimum(0), z.maximum(10_000)), 0);

export const smsFaultsSchema = z.strictObject({
  /** The next so many messages are answered BUSY. */
  busy: times,
  /** The next so many are never answered, and not delivered. */
  silent: times,
  /** The next so many are delivered, and then not answered. */
  lostAnswers: times,
  /** Numbers nothing can be delivered to. */
  dead: z._default(z.array(z.string()), []),
});

export type SmsFaults = z.output<typeof smsFaultsSchema>;

export interface SmsParts {
  readonly clock: Clock;
  readonly folder: string;
  readonly templates: readonly SmsTemplate[];
}

/** A provider of text messages, as `shared/sms` meets it, on a port of its own. */
export interface SmsStandIn {
  readonly connection: SmsConnection;
  readonly inbox: readonly DeliveredText[];
  setFaults(faults: SmsFaults): void;
  stop(): Promise<void>;
}

const SIGN_NAME = '分级诊疗平台';
const ACCESS_KEY = 'laptop-sms-access-key';
const SECRET_KEY = 'laptop-sms-secret-key';
/** Messages to one number within a minute and within an hour, as providers limit them. */
const LIMITS = [
  { most: 3, ms: 60_000 },
  { most: 20, ms: 3_600_000 },
] as const;
const SKEW_SECONDS = 300;

const requestSchema = z.object({
  phone: z.string().check(z.regex(/^1[3-9]\d{9}$/)),
  templateId: z.string(),
  params: z.record(z.string(), z.string()),
  requestId: z.string().check(z.minLength(1), z.maxLength(64)),
  signName: z.string(),
});

export async function startSms({ clock, folder, templates }: SmsParts): Promise<SmsStandIn> {
  const journal = new Journal<DeliveredText>(`${folder}/sms-messages.jsonl`);
  const inbox: DeliveredText[] = [...journal.read()];
  const known = new Set<string>();
  const sentTo = new Map<string, number[]>();
  const remember = ({ requestId, phone, at }: DeliveredText): void => {
    known.add(requestId);
    sentTo.set(phone, [...(sentTo.get(phone) ?? []), Date.parse(at)]);
  };
  inbox.forEach(remember);
  let faults = smsFaultsSchema.parse({});
  const strikes = (fault: 'busy' | 'silent' | 'lostAnswers'): boolean => {
    const left = faults[fault];
    if (left > 0) faults = { ...faults, [fault]: left - 1 };
    return left > 0;
  };

  /** The code of the answer; undefined: there is none. */
  function take(request: IncomingMessage, body: Buffer): string | undefined {
    if (strikes('silent')) return undefined;
    if (!isSigned(request, body, clock)) return 'SIGNATURE_INVALID';
    if (strikes('busy')) return 'BUSY';
    const parsed = requestSchema.safeParse(jsonOf(body));
    if (!parsed.success) return 'PARAMETER_INVALID';
    const { phone, templateId, params, requestId, signName } = parsed.data;
    // The same request again is the same message.
    if (known.has(requestId)) return 'OK';
    const template = templates.find((one) => one.templateId === templateId);
    if (template === undefined) return 'TEMPLATE_UNKNOWN';
    if (signName !== SIGN_NAME) return 'SIGN_NAME_UNKNOWN';
    if (template.params.some((name) => !/^.{1,35}$/su.test(params[name] ?? ''))) return 'PARAMETER_INVALID';
    if (faults.dead.includes(phone)) return 'NUMBER_DEAD';
    if (isTooMany(sentTo.get(phone) ?? [], clock.now())) return 'THROTTLED';
    const text = { phone, templateId, params, requestId, signName, at: new Date(clock.now()).toISOString() };
    journal.add(text);
    inbox.push(text);
    remember(text);
    return strikes('lostAnswers') ? undefined : 'OK';
  }

  const server = createServer((request, response) => {
    serve(request, response, take).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    connection: { endpoint, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, signName: SIGN_NAME },
    inbox,
    setFaults: (next) => {
      faults = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  take: (request: IncomingMessage, body: Buffer) => string | undefined,
): Promise<void> {
  const body = await readBody(request, 64 * 1024);
  if (body === 'too-large' || request.method !== 'POST' || request.url !== SMS_PATH) {
    response.writeHead(404).end();
    return;
  }
  const code = take(request, body);
  if (code === undefined) return;
  response
    .writeHead(code === 'OK' ? 200 : 400, { 'content-type': 'application/json' })
    .end(JSON.stringify({ code }));
}

function isSigned({ headers }: IncomingMessage, body: Buffer, clock: Clock): boolean {
  const given = (name: string): string => String(headers[name] ?? '');
  const timestamp = given('x-timestamp');
  if (given('x-access-key') !== ACCESS_KEY) return false;
  if (!(Math.abs(Number(timestamp) - clock.now() / 1000) <= SKEW_SECONDS)) return false;
  const expected = smsSignature(SECRET_KEY, { timestamp, nonce: given('x-nonce'), body });
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given('x-signature'))];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

function isTooMany(sentAt: readonly number[], now: number): boolean {
  return LIMITS.some(({ most, ms }) => sentAt.filter((at) => now - at < ms).length >= most);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
