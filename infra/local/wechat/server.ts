import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { readBody } from '../http/read-body.ts';
import { stateFile } from '../state-file.ts';
import { type WeChatAnswer, wechatError } from './answer.ts';
import { OneTimeCodes } from './codes.ts';
import { Knobs } from './knobs.ts';
import { exchangeLoginCode } from './login.ts';
import { type MessageTemplate, messageJournal, SubscribeMessages } from './messages.ts';
import type { MiniProgram, WeChatUser } from './mini-program.ts';
import { phoneNumber } from './phone.ts';
import { MinuteRate } from './rate.ts';
import { AccessTokens, tokenState } from './token.ts';
import { usersState, WeChatUsers } from './users.ts';

export interface WeChatParts {
  readonly clock: Clock;
  readonly program: MiniProgram;
  readonly users: readonly WeChatUser[];
  /** Of subscribe messages; left out: it has none. */
  readonly templates?: readonly MessageTemplate[];
  /** Where the stand-in keeps what WeChat would remember. */
  readonly folder: string;
  readonly port?: number;
}

/** WeChat as the platform meets it, on a port of its own. */
export interface WeChatStandIn {
  readonly url: string;
  readonly users: WeChatUsers;
  readonly loginCodes: OneTimeCodes;
  readonly phoneCodes: OneTimeCodes;
  readonly messages: SubscribeMessages;
  readonly knobs: Knobs;
  stop(): Promise<void>;
}

type Endpoint = (query: URLSearchParams, body: unknown) => WeChatAnswer;

const LOGINS_A_MINUTE = 100;

export async function startWeChat({
  clock,
  program,
  users,
  templates = [],
  folder,
  port = 0,
}: WeChatParts): Promise<WeChatStandIn> {
  const everybody = new WeChatUsers(users, stateFile(`${folder}/wechat-users.json`, usersState, []));
  const knobs = new Knobs();
  const loginCodes = new OneTimeCodes(everybody, clock);
  const phoneCodes = new OneTimeCodes(everybody, clock);
  const rate = new MinuteRate(clock, LOGINS_A_MINUTE);
  const state = stateFile(`${folder}/wechat-token.json`, tokenState, tokenState.parse({}));
  const tokens = new AccessTokens({ program, clock, state });
  const messages = new SubscribeMessages({
    program,
    clock,
    tokens,
    knobs,
    users: everybody,
    templates,
    journal: messageJournal(`${folder}/wechat-messages.jsonl`),
  });
  const endpoints: Readonly<Record<string, Endpoint>> = {
    'GET /sns/jscode2session': (query) =>
      exchangeLoginCode({ program, codes: loginCodes, rate, knobs }, query),
    'POST /cgi-bin/stable_token': (_query, body) => tokens.request(body),
    'POST /wxa/business/getuserphonenumber': (query, body) =>
      phoneNumber({ program, clock, codes: phoneCodes, tokens }, query, body),
    'POST /cgi-bin/message/subscribe/send': (query, body) => messages.send(query, body),
  };

  const server = createServer((request, response) => {
    answer(endpoints, knobs, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    users: everybody,
    loginCodes,
    phoneCodes,
    messages,
    knobs,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  endpoints: Readonly<Record<string, Endpoint>>,
  knobs: Knobs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(`http://localhost${request.url ?? '/'}`);
  const body = await readBody(request, 1024 * 1024);
  const endpoint = endpoints[`${request.method} ${url.pathname}`];
  if (endpoint === undefined) {
    const known = `POST ${url.pathname}` in endpoints;
    return known ? end(response, 200, wechatError(43002)) : end(response, 404, wechatError(-1));
  }
  if (knobs.strikes('silent')) return;
  if (knobs.strikes('busy')) return end(response, 200, wechatError(-1));
  const result = endpoint(url.searchParams, body === 'too-large' ? undefined : jsonOf(body));
  if (knobs.strikes('lostAnswers')) return;
  end(response, 200, result);
}

function end(response: ServerResponse, status: number, body: WeChatAnswer): void {
  // WeChat labels its JSON as text.
  response.writeHead(status, { 'content-type': 'text/plain' }).end(JSON.stringify(body));
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
