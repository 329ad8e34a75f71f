import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatYuan } from '../../../../shared/kernel/fen.ts';
import { readBody } from '../../http/read-body.ts';
import type { Desk } from './desk.ts';
import { billTime } from './numbers.ts';
import { asOf } from './payable.ts';
import type { Payer } from './payer.ts';
import type { Prepay } from './records.ts';

/** The cashier in a browser: a person plays the payer. */

export interface PayerPageParts {
  readonly desk: Desk;
  readonly payer: Payer;
}

const MOST_BYTES = 4096;
const MOST_ROWS = 50;

const DEEDS: Readonly<Record<string, string>> = {
  pay: '支付',
  cancel: '取消',
  paid: '输入密码',
  failed: '放弃',
};

export async function answerPayer(
  parts: PayerPageParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const raw = await readBody(request, MOST_BYTES);
  // Neither another site in this browser nor a name that somebody points here may pay.
  const isFromHere = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
  const site = request.headers['sec-fetch-site'] ?? 'none';
  if (!isFromHere || !['same-origin', 'none'].includes(String(site)) || raw === 'too-large') {
    response.writeHead(403).end();
    return;
  }
  if (request.method === 'POST' && request.url === '/payer') {
    const form = new URLSearchParams(raw.toString('utf8'));
    await act(parts, form.get('deed') ?? '', form.get('prepay') ?? '');
    response.writeHead(303, { location: '/payer' }).end();
    return;
  }
  if (request.method !== 'GET' || request.url !== '/payer') {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
  });
  response.end(page(parts.desk));
}

async function act({ payer }: PayerPageParts, deed: string, prepayId: string): Promise<void> {
  if (deed === 'pay') await payer.pay(prepayId);
  if (deed === 'cancel') payer.cancel(prepayId);
  if (deed === 'paid') await payer.finish(prepayId, true);
  if (deed === 'failed') await payer.finish(prepayId, false);
}

function page(desk: Desk): string {
  const rows = [...desk.books.all('prepay')].slice(-MOST_ROWS).reverse();
  const shown = rows.flatMap(([prepayId, prepay]) => row(desk, prepayId, prepay)).join('\n');
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>微信支付（替身）</title>
<style>body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left}form{display:inline}</style>
<h1>微信支付（替身）</h1>
<p>城市时间 ${billTime(desk.clock.now())}。这里不动真钱。</p>
<table>
<tr><th>商品</th><th>金额</th><th>商户单号</th><th>状态</th><th></th></tr>
${shown}
</table>
</html>
`;
}

function row(desk: Desk, prepayId: string, { of, id, validUntil }: Prepay): readonly string[] {
  const whole = desk.books.get(of, id);
  if (whole === undefined) return [];
  const now = desk.clock.now();
  const { state, outTradeNo } = asOf(whole, now);
  const parts =
    'subOrders' in whole ? whole.subOrders.flatMap((sub) => desk.books.get('order', sub) ?? []) : [whole];
  const goods = parts.map(({ description }) => description).join('、');
  const total = parts.reduce((sum, { totalFen }) => sum + totalFen, 0);
  const open = state === 'NOTPAY' && now < validUntil ? ['pay', 'cancel'] : [];
  const deeds = state === 'USERPAYING' ? ['paid', 'failed'] : open;
  const buttons = deeds.map(
    (deed) =>
      `<form method="post" action="/payer"><input type="hidden" name="prepay" value="${escaped(prepayId)}"><button name="deed" value="${deed}">${DEEDS[deed]}</button></form>`,
  );
  const cells = [goods, `¥${formatYuan(total)}`, outTradeNo, state].map(
    (text) => `<td>${escaped(text)}</td>`,
  );
  return [`<tr>${cells.join('')}<td>${buttons.join(' ')}</td></tr>`];
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
