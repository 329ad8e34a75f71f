import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_PASSWORD } from '../../functions/identity/load-people.ts';
import { ImportError, type ImportOptions } from './options.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A clerk's session with a city. */
export interface CitySession {
  readonly institutionId: string;
  /** A demo city on the laptop, whose people are invented. */
  readonly isDemo: boolean;
  /** Repeats what was not answered: only for requests that may be repeated. @throws ImportError */
  post(path: string, body: unknown): Promise<Answer>;
}

const ATTEMPTS = 6;
const ANSWER_MS = 60_000;
/** A one-time password is good once, and for half a minute. */
const NEXT_CODE_MS = 31_000;

/** @throws ImportError */
export async function openSession({ url, loginName }: ImportOptions): Promise<CitySession> {
  const isDemo = (await demoCode(url, loginName)) !== undefined;
  const ask = isDemo ? undefined : askInTurn();
  const password = ask === undefined ? DEMO_PASSWORD : await ask('password');
  const first = await request(url, '/identity/staff-sessions', { loginName, password });
  const { token } = granted(first);
  const prove = async (): Promise<Answer> => {
    const totp = (await demoCode(url, loginName)) ?? (await ask?.('one-time code'));
    return request(url, '/identity/staff-sessions/second-factor', { totp }, token);
  };
  let second = await prove();
  if (isDemo && second.status === 401) {
    await sleep(NEXT_CODE_MS);
    second = await prove();
  }
  const session = granted(second);
  return {
    institutionId: session.institutionId,
    isDemo,
    async post(path, body) {
      const answer = await request(url, path, body, session.token);
      if (answer.status === 401)
        throw new ImportError('the session has ended: the same command goes on where this one was');
      return answer;
    },
  };
}

function granted({ status, body }: Answer): { token: string; institutionId: string } {
  const { token, institutionId } = Object(body);
  if (status !== 200) throw new ImportError(`the city lets nobody in: ${messageOf(body)}`);
  return { token: String(token), institutionId: String(institutionId) };
}

export function messageOf(body: unknown): string {
  const { code = '', message = '' } = Object(body);
  return `${code} ${message}`;
}

/** What the laptop's authenticator shows. Undefined: it is no laptop, or knows no such person. */
async function demoCode(url: string, loginName: string): Promise<string | undefined> {
  const path = `/local/totp?loginName=${encodeURIComponent(loginName)}`;
  const { status, body } = await request(url, path);
  const { totp } = Object(body);
  return status === 200 && typeof totp === 'string' ? totp : undefined;
}

async function request(url: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once(url, path, body, token);
    const isAnswer = answer !== undefined && answer.status < 500 && answer.status !== 429;
    if (isAnswer) return answer;
    if (attempt === ATTEMPTS) throw new ImportError(`${url} does not answer: the same command goes on later`);
    await sleep(2 ** attempt * 250);
  }
}

async function once(url: string, path: string, body?: unknown, token?: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    return { status: response.status, body: jsonOf(text) };
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Lines of stdin, one a question. What is typed is not shown. */
function askInTurn(): (what: string) => Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY });
  const answers = lines[Symbol.asyncIterator]();
  return async (what) => {
    process.stderr.write(`${what}: `);
    const { value, done } = await answers.next();
    process.stderr.write('\n');
    if (done === true) throw new ImportError(`no ${what} was given`);
    return String(value).trim();
  };
}
