import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createWeChatPay } from '../../shared/wechat/pay/wechat-pay.ts';
import { scriptedWeChat } from './wechat-pay-server.ts';

const TEXT = [
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号',
  '`2026-11-22 08:00:01,`4200000001,`F1,`交易,`交易,`收入,`12.50,`12.50,`system,`,`A-0001',
  '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
  '`1.0,`1.0,`12.50,`0.0,`0.00',
].join('\r\n');

const day = '2026-11-22';
const sha1 = createHash('sha1').update(TEXT).digest('hex');

/** The signed answer that leads to the file, and the file. Both come from the same server. */
async function billServer(file: Buffer | string, ticket: { hash_value?: string; origin?: string } = {}) {
  const files: { url: string; authorization: string | null }[] = [];
  const server = await scriptedWeChat({ body: {} });
  const { endpoint } = server.connection;
  const url = `${ticket.origin ?? endpoint}/v3/billdownload/file?token=marker-token`;
  const answers = await scriptedWeChat({
    body: { hash_type: 'SHA1', hash_value: ticket.hash_value ?? sha1, download_url: url },
  });
  /** One address for both: the file is answered here, everything else by the loopback server. */
  const fetchBoth: typeof fetch = async (input, init) => {
    const asked = new URL(String(input));
    if (asked.pathname !== '/v3/billdownload/file') {
      return fetch(`${answers.connection.endpoint}${asked.pathname}${asked.search}`, init);
    }
    files.push({ url: asked.href, authorization: new Headers(init?.headers).get('authorization') });
    return new Response(Buffer.from(file));
  };
  return { connection: { ...server.connection, fetch: fetchBoth }, asked: answers.asked, files };
}

describe('a bill', () => {
  it.each([
    ['packed', gzipSync(TEXT)],
    ['plain', TEXT],
  ])('is fetched with a signed request, checked by its SHA-1 and read: %s', async (_, file) => {
    const { connection, asked, files } = await billServer(file);
    const outcome = await createWeChatPay(connection).fundFlowBill({ day });
    expect(outcome).toMatchObject({ status: 'READY', bill: { incomeFen: 1250 }, text: TEXT });
    expect(asked[0]?.url).toBe('/v3/bill/fundflowbill?bill_date=2026-11-22&account_type=BASIC&tar_type=GZIP');
    expect(files[0]?.authorization).toMatch(/^WECHATPAY2-SHA256-RSA2048 mchid="1900000109"/);
  });

  it('is asked for whole, or for one sub-merchant', async () => {
    const { connection, asked } = await billServer('x', { hash_value: sha1 });
    const wechat = createWeChatPay(connection);
    await expect(wechat.tradeBill({ day })).rejects.toMatchObject({ fault: 'UNTRUSTED' });
    await expect(wechat.tradeBill({ day, subMchid: '1900000222' })).rejects.toThrow();
    expect(asked.map(({ url }) => url)).toEqual([
      '/v3/bill/tradebill?bill_date=2026-11-22&bill_type=ALL&tar_type=GZIP',
      '/v3/bill/tradebill?bill_date=2026-11-22&bill_type=ALL&tar_type=GZIP&sub_mchid=1900000222',
    ]);
  });

  it.each([
    ['was changed on its way', gzipSync(TEXT.replace('12.50,', '12.51,'))],
    ['is packed badly', Buffer.concat([gzipSync(TEXT).subarray(0, 40), Buffer.alloc(9)])],
    ['is cut', gzipSync(TEXT).subarray(0, 100)],
  ])('that %s is refused, and its address shows nowhere', async (_, file) => {
    const { connection } = await billServer(file);
    const error = await createWeChatPay(connection)
      .fundFlowBill({ day })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'WeChatPayError', fault: 'UNTRUSTED', retryable: true });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('marker');
  });

  it('at another address than WeChat Pay is not fetched: it would get our signature', async () => {
    const { connection, files } = await billServer(TEXT, { origin: 'https://example.org' });
    const call = createWeChatPay(connection).fundFlowBill({ day });
    await expect(call).rejects.toMatchObject({ fault: 'UNTRUSTED' });
    expect(files).toEqual([]);
  });

  it.each([
    ['STATEMENT_CREATING', 'CREATING'],
    ['NO_STATEMENT_EXIST', 'NONE'],
  ])('that is not there (%s) is %s', async (code, status) => {
    const { connection } = await scriptedWeChat({ status: 400, body: { code, message: '' } });
    expect(await createWeChatPay(connection).tradeBill({ day })).toEqual({ status });
  });
});
