import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import { Secret, TOTP } from 'otpauth';
import { onTestFinished } from 'vitest';
import { identity } from '../../../functions/identity/context.ts';
import { type IdentityDeps, wechatSecret } from '../../../functions/identity/identity-deps.ts';
import type { IdentityPolicy } from '../../../functions/identity/policy.ts';
import { usualIdentity } from '../../../infra/cities/policy/identity.ts';
import { type MiniProgram, openIdOf } from '../../../infra/local/wechat/mini-program.ts';
import { startWeChat, type WeChatStandIn } from '../../../infra/local/wechat/server.ts';
import type { StaffActor } from '../../../shared/access/actor.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import type { DomainEvent, Item, Table } from '../../../shared/data/table.ts';
import { createApi } from '../../../shared/http/api.ts';
import { parseCity } from '../../../shared/policy/city.ts';
import { checkResidentId } from '../../../shared/privacy/resident-id.ts';
import { putSecret } from '../../../shared/privacy/secrets.ts';
import { createWorker } from '../../../shared/worker.ts';
import { onTheBus } from '../../support/bus.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import type { Meter } from '../../support/meter.ts';

export const program: MiniProgram = { appId: 'wx0000000000000001', appSecret: 'app-secret-of-tests' };
export const NOTICE = 'notice-1';
export const HOSPITAL = 'county-hospital';
export const TOWN = 'town-hospital';
/** 09:00 in China on 2 March 2026. */
export const START = '2026-03-02T01:00:00.000Z';

export interface Answer {
  readonly status: number;
  // Tests look into answers freely; the schemas have been applied by the stack.
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  readonly body: any;
  readonly text: string;
}

export interface SceneOptions {
  readonly policy?: Partial<IdentityPolicy>;
  readonly settings?: Record<string, unknown>;
  readonly verifier?: IdentityDeps['verifier'];
  /** Left out: in memory. Over another one `events` and `items` stay empty. */
  readonly table?: Table;
  readonly meter?: Meter;
}

export interface Scene {
  readonly deps: TestDeps;
  readonly wechat: WeChatStandIn;
  readonly events: DomainEvent[];
  /** Everything the API ever answered. */
  readonly answers: string[];
  call(method: string, path: string, parts?: CallParts): Promise<Answer>;
  /** Someone with WeChat opens the mini-program. */
  login(person: string, phone?: string): Promise<Answer>;
  /** A verified resident with a phone. */
  resident(person: string, who: Who): Promise<Resident>;
  /** A staff session with second factor, as if both had been proven. */
  staffToken(as?: Partial<StaffActor>): Promise<string>;
  /** The worker's minute. */
  sweep(): Promise<void>;
  /** The directory tells of a doctor. */
  practises(practitionerId: string, institutionIds: readonly string[], change?: object): Promise<void>;
  task(name: string, input: unknown): Promise<Answer['body']>;
  items(prefix: string): Item[];
  /**
   * The next `count` transactions wait for one another, so that each was decided before any was written; they are
   * written in the order in which they came. `first` resolves when one waits.
   */
  raceNext(count: number): { readonly first: Promise<void> };
}

export interface CallParts {
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly key?: string;
}

export interface Who {
  readonly name: string;
  readonly idNumber: string;
  readonly phone?: string;
}

export interface Resident {
  readonly token: string;
  readonly accountId: string;
  readonly patientId: string;
}

/** Identity's API and worker over the table in memory, with a WeChat on a port of its own. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const events: DomainEvent[] = [];
  const base = testDeps({
    start: START,
    city: testCity(options),
    ...(options.table === undefined ? {} : { table: options.table }),
    ...(options.meter === undefined ? {} : { meter: options.meter }),
    memory: {
      onChange: ({ old, new: item }) => {
        const event = item === undefined ? undefined : eventOf(item);
        const known = old === undefined ? undefined : eventOf(old);
        if (event !== undefined && event.id !== known?.id) events.push(event);
      },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  const wechat = await startWeChat({ clock: base.clock, program, users: [], folder });
  onTestFinished(async () => {
    await wechat.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const { table, raceNext } = racing(options.table ?? base.table);
  const deps: TestDeps = { ...base, table, env: { ...base.env, WECHAT_ENDPOINT: wechat.url } };
  await putSecret(deps, wechatSecret, program.appSecret);
  await deps.table.put({ pk: `institution#${TOWN}`, sk: 'place', ancestors: [HOSPITAL] });
  const given = options.verifier === undefined ? deps : { ...deps, verifier: options.verifier };
  const api = createApi(identity, given);
  const worker = createWorker(identity, given);
  const answers: string[] = [];
  let requests = 0;

  async function answered(method: string, path: string, parts: CallParts = {}): Promise<Answer> {
    requests += 1;
    const [rawPath, rawQueryString = ''] = path.split('?', 2);
    const event = {
      version: '2.0',
      rawPath,
      rawQueryString,
      queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
      headers: {
        'content-type': 'application/json',
        ...(parts.token === undefined ? {} : { authorization: `Bearer ${parts.token}` }),
        ...(method === 'POST' ? { 'idempotency-key': parts.key ?? `request-${requests}` } : {}),
      },
      // As an HTTP API names its requests.
      requestContext: { requestId: `r${requests}=`, http: { method, path } },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2;
    const response = await api(event, {} as LambdaContext);
    answers.push(response.body);
    return { status: response.statusCode, body: JSON.parse(response.body), text: response.body };
  }

  async function call(method: string, path: string, parts?: CallParts): Promise<Answer> {
    const work = (): Promise<Answer> => answered(method, path, parts);
    return options.meter?.request(identity, method, path.split('?')[0] ?? '', work) ?? work();
  }

  async function login(person: string, phone = '13900000000'): Promise<Answer> {
    const user = { person, phone };
    wechat.users.add(user);
    return call('POST', '/identity/wechat-sessions', { body: { code: wechat.loginCodes.issue(user) } });
  }

  async function resident(person: string, { name, idNumber, phone = '13900000000' }: Who): Promise<Resident> {
    const { body: session } = await login(person, phone);
    const phoneCode = wechat.phoneCodes.issue({ person, phone });
    await expectOk(
      call('PUT', '/identity/account/phone', { token: session.token, body: { code: phoneCode } }),
    );
    const body = { name, idNumber, noticeVersion: NOTICE };
    const verified = await expectOk(
      call('POST', '/identity/account/verification', { token: session.token, body }),
    );
    return { token: session.token, accountId: session.accountId, patientId: verified.body.patientId };
  }

  return {
    deps,
    wechat,
    events,
    answers,
    call,
    login,
    resident,
    staffToken: (as = {}) => staffToken(deps, as),
    sweep: async () => {
      await worker({ sweep: true }, { awsRequestId: 'sweep' } as LambdaContext);
    },
    practises: async (practitionerId, institutionIds, change = {}) => {
      const sites = institutionIds.map((institutionId) => ({ institutionId }));
      const data = { practitionerId, sites, active: true, version: 1, ...change };
      const type = 'directory.practitioner-changed';
      const event = { id: `${practitionerId}-event`, type, at: START, data };
      const detail = onTheBus(event);
      await worker({ detail } as never, { awsRequestId: 'event' } as LambdaContext);
    },
    task: (name, input) => worker({ task: name, input }, { awsRequestId: 'task' } as LambdaContext),
    raceNext,
    items: (prefix) => deps.all().filter(({ pk }) => pk.startsWith(prefix)),
  };
}

function racing(table: Table): { readonly table: Table; readonly raceNext: Scene['raceNext'] } {
  let awaited = 0;
  let waiting: (() => void)[] = [];
  let first = Promise.withResolvers<void>();
  return {
    raceNext: (count) => {
      awaited = count;
      first = Promise.withResolvers();
      return { first: first.promise };
    },
    table: {
      ...table,
      async transact(operations, options) {
        if (awaited > 0) {
          awaited -= 1;
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            first.resolve();
            if (awaited > 0) return;
            for (const go of waiting) go();
            waiting = [];
          });
        }
        return table.transact(operations, options);
      },
    },
  };
}

export async function expectOk(answer: Promise<Answer>): Promise<Answer> {
  const { status, body, text } = await answer;
  if (status >= 300) throw new Error(`${status} ${text}`);
  return { status, body, text };
}

function testCity({ policy = {}, settings = {} }: SceneOptions) {
  const [usual] = usualIdentity;
  if (usual === undefined) throw new Error('no usual policy');
  const values: IdentityPolicy = {
    ...usual.values,
    noticeVersion: NOTICE,
    // Cheap enough for tests; the cost of a city is that of its policy.
    passwordScrypt: { costPower: 10, blockSize: 8, parallelism: 1 },
    ...policy,
  };
  return parseCity(
    {
      id: 'demo',
      name: '测试县',
      divisionCode: '410425',
      timezone: 'Asia/Shanghai',
      settings: { wechat: { appId: program.appId }, ...settings },
      policy: { identity: [{ from: '2020-01-01', source: 'a test', values }] },
    },
    [],
  );
}

async function staffToken(deps: TestDeps, as: Partial<StaffActor>): Promise<string> {
  const actor: StaffActor = {
    kind: 'staff',
    accountId: `${as.institutionId ?? HOSPITAL}-${(as.roles ?? ['clerk']).join('-')}`,
    institutionId: HOSPITAL,
    roles: ['clerk'],
    secondFactor: true,
    ...as,
  };
  await deps.table.put({ pk: `session#${actor.accountId}`, sk: 'version', version: 1 });
  return (await deps.sessions.issue({ ...actor, version: 1 }, 3_600_000)).token;
}

/** A well-formed number of somebody invented: born on `birth` (YYYYMMDD), `sequence` odd for males. */
export function idNumber(birth: string, sequence = '001'): string {
  const body = `410425${birth}${sequence}`;
  const number = [...'0123456789X']
    .map((check) => body + check)
    .find((candidate) => checkResidentId(candidate, '2026-03-02').ok);
  if (number === undefined) throw new Error('no such number');
  return number;
}

export function openidOf(person: string): string {
  return openIdOf(program, { person, phone: '' });
}

/** What the authenticator app shows. */
export function totpOf(otpauthUri: string, epochMs: number): string {
  const secret = new URL(otpauthUri).searchParams.get('secret') ?? '';
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: epochMs });
}
