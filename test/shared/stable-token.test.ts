import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Item, Table } from '../../shared/data/table.ts';
import { randomIds } from '../../shared/kernel/ids.ts';
import { createFieldCipher, type FieldCipher } from '../../shared/privacy/field-cipher.ts';
import { createKeyRing } from '../../shared/privacy/key-ring.ts';
import type { Kms } from '../../shared/privacy/kms.ts';
import { createStableToken } from '../../shared/wechat/stable-token.ts';
import { WeChatRefusedError, WeChatUnavailableError } from '../../shared/wechat/wechat-errors.ts';

/** No network here: wraps by turning the bytes round, since this file is not about KMS. */
const turning: Kms = {
  wrap: async (plain) => Buffer.from(plain).reverse().toString('base64'),
  unwrap: async (wrapped) => Buffer.from(wrapped, 'base64').reverse(),
};

const MINUTE = 60_000;
const clock = { at: 0, now: () => clock.at };
let table: Table & { all(): Item[] };
let calls: string[] = [];
let cipher: FieldCipher;
let server: Server;
let endpoint = '';

/** WeChat's rules: one token for 7,200 s, the next one in its last five minutes, forced ones void the old. */
const weChat = {
  asked: [] as { force_refresh: boolean; appid: string; secret: string }[],
  failing: undefined as number | undefined,
  serial: 0,
  until: 0,
  answer(force: boolean): object {
    if (weChat.failing !== undefined) return { errcode: weChat.failing };
    if (force || weChat.until - clock.at <= 5 * MINUTE) {
      weChat.serial += 1;
      weChat.until = clock.at + 7_200_000;
    }
    return { access_token: `token-${weChat.serial}`, expires_in: (weChat.until - clock.at) / 1000 };
  },
};

beforeEach(async () => {
  Object.assign(weChat, { asked: [], failing: undefined, serial: 0, until: 0 });
  clock.at = Date.parse('2026-11-22T00:00:00Z');
  calls = [];
  table = createMemoryTable({ clock, onConsumed: ({ operation }) => calls.push(operation) });
  cipher = createFieldCipher(createKeyRing({ city: 'pingdingshan', table, kms: turning, clock }));
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const parsed = JSON.parse(body);
    weChat.asked.push(parsed);
    response.end(JSON.stringify(weChat.answer(parsed.force_refresh)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** One container, waiting as in production unless the test says what happens meanwhile. */
function container(sleep?: (ms: number) => Promise<void>, over: Table = table) {
  return createStableToken({
    appId: 'wx1',
    secret: async () => 'marker-app-secret',
    endpoint,
    timeoutMs: 5_000,
    table: over,
    cipher,
    clock,
    ids: randomIds,
    ...(sleep === undefined ? {} : { sleep }),
  });
}

describe('the access token', () => {
  it('is fetched once and then kept, in the container and for the others', async () => {
    const here = container();
    expect(await here.get()).toBe('token-1');
    expect(await here.get()).toBe('token-1');
    expect(await container().get()).toBe('token-1');
    expect(weChat.asked).toEqual([
      { grant_type: 'client_credential', appid: 'wx1', secret: 'marker-app-secret', force_refresh: false },
    ]);
  });

  it('is fetched once by many containers with many callers that start together', async () => {
    const containers = Array.from({ length: 10 }, () => container());
    const tokens = await Promise.all(containers.flatMap((each) => [each.get(), each.get(), each.get()]));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(weChat.asked).toHaveLength(1);
  });

  it('costs nothing while it is fresh, and another container one read', async () => {
    const here = container();
    await here.get();
    calls = [];
    clock.at += 114 * MINUTE;
    expect(await here.get()).toBe('token-1');
    expect(calls).toEqual([]);
    expect(await container().get()).toBe('token-1');
    expect(calls).toEqual(['get']);
  });

  it('is looked for once for callers of one container that come together', async () => {
    await container().get();
    calls = [];
    const here = container();
    await Promise.all([here.get(), here.get(), here.get()]);
    expect(calls).toEqual(['get']);
  });

  it('is not fetched by one who took the lease just after another had stored it', async () => {
    await container().get();
    const behind = container(undefined, { ...table, get: async () => undefined });
    expect(await behind.get()).toBe('token-1');
    expect(weChat.asked).toHaveLength(1);
    expect(await table.get({ pk: 'wechat#token', sk: 'wx1' })).not.toHaveProperty('leaseBy');
  });

  it('stands sealed in the table', async () => {
    await container().get();
    const stored = JSON.stringify(await table.get({ pk: 'wechat#token', sk: 'wx1' }));
    expect(stored).not.toContain('token-1');
    expect(stored).not.toContain('marker-app-secret');
    expect(stored).toContain('v1.1.');
  });

  it.each([
    [115 * MINUTE - 1, 'token-1', 1],
    [115 * MINUTE, 'token-2', 2],
    [121 * MINUTE, 'token-2', 2],
  ])('after %i ms is %s', async (ms, token, asked) => {
    const here = container();
    await here.get();
    clock.at += ms;
    expect(await here.get()).toBe(token);
    expect(weChat.asked).toHaveLength(asked);
  });

  it('is the old one in its last five minutes while another container refreshes, and soon the new', async () => {
    const here = container();
    await here.get();
    clock.at += 116 * MINUTE;
    await table.update(
      { pk: 'wechat#token', sk: 'wx1' },
      { set: { leaseUntil: clock.at + 10_000, leaseBy: 'another' } },
    );
    expect(await here.get()).toBe('token-1');
    expect(weChat.asked).toHaveLength(1);
    clock.at += 11_000;
    expect(await here.get()).toBe('token-2');
  });

  it('is waited for when there is no good one, until the holder of the lease has fetched it', async () => {
    const key = { pk: 'wechat#token', sk: 'wx1' };
    await table.put({ ...key, leaseUntil: clock.at + 10_000, leaseBy: 'another' });
    const sealed = await cipher.seal('wechat', { item: 'wechat#token|wx1', field: 'token' }, 'from-another');
    let waits = 0;
    const here = container(async () => {
      waits += 1;
      if (waits === 3) {
        await table.update(key, {
          set: { sealed, validUntil: clock.at + 7_200_000 },
          remove: ['leaseUntil', 'leaseBy'],
        });
      }
    });
    expect(await here.get()).toBe('from-another');
    expect([waits, weChat.asked.length]).toEqual([3, 0]);
  });

  it('is fetched by the next one when the holder of the lease has died', async () => {
    await table.put({ pk: 'wechat#token', sk: 'wx1', leaseUntil: clock.at + 10_000, leaseBy: 'dead' });
    const here = container(async () => {
      clock.at += 1_000;
    });
    expect(await here.get()).toBe('token-1');
  });

  it('is given up after a bounded wait', async () => {
    await table.put({ pk: 'wechat#token', sk: 'wx1', leaseUntil: clock.at + 10_000, leaseBy: 'another' });
    let waits = 0;
    const here = container(async () => {
      waits += 1;
    });
    await expect(here.get()).rejects.toThrow(WeChatUnavailableError);
    expect(waits).toBeLessThan(60);
  });

  it('leaves no lease behind when WeChat refuses, and recovers', async () => {
    weChat.failing = 40125;
    await expect(container().get()).rejects.toThrow(WeChatRefusedError);
    expect(await table.get({ pk: 'wechat#token', sk: 'wx1' })).not.toHaveProperty('leaseBy');
    weChat.failing = undefined;
    expect(await container().get()).toBe('token-1');
  });

  it('is fetched again when what the table holds does not open', async () => {
    await table.put({ pk: 'wechat#token', sk: 'wx1', sealed: 'v1.1.AAAA', validUntil: clock.at + 7_200_000 });
    expect(await container().get()).toBe('token-1');
  });
});

describe('a refused access token', () => {
  it('is replaced by force when WeChat still hands out the same, once for all who ask', async () => {
    const [here, there] = [container(), container()];
    await Promise.all([here.get(), there.get()]);
    const renewed = await Promise.all([here.renew('token-1'), here.renew('token-1'), there.renew('token-1')]);
    expect(new Set(renewed)).toEqual(new Set(['token-2']));
    expect(weChat.asked.filter(({ force_refresh }) => force_refresh)).toHaveLength(1);
    expect([await here.get(), await there.get(), await container().get()]).toEqual([
      'token-2',
      'token-2',
      'token-2',
    ]);
  });

  it('is not replaced when another container already did', async () => {
    const [here, there] = [container(), container()];
    await Promise.all([here.get(), there.get()]);
    await there.renew('token-1');
    const asked = weChat.asked.length;
    expect(await here.renew('token-1')).toBe('token-2');
    expect(weChat.asked).toHaveLength(asked);
  });

  it('is not forced twice within a minute', async () => {
    const here = container();
    await here.get();
    await here.renew('token-1');
    await expect(here.renew('token-2')).rejects.toThrow(WeChatUnavailableError);
    clock.at += MINUTE;
    expect(await here.renew('token-2')).toBe('token-3');
  });
});
