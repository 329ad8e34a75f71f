import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Books, latestOnly } from '../../../infra/local/wechat/pay/books.ts';
import { fileJournal } from '../../../infra/local/wechat/pay/journal.ts';
import { tempFolder } from '../local/temp-folder.ts';
import { DAY, HOSPITAL, hospital, MINUTE, paid, payScene, placed } from './scene.ts';

const JOURNAL = 'wechat-pay.jsonl';

describe('what WeChat remembers', () => {
  it('is there when the stand-in starts anew: orders, refunds, and notifications to be sent', async () => {
    const folder = tempFolder();
    const first = await payScene({ folder });
    await paid(first);
    const { prepayId } = await placed(first, hospital, { outTradeNo: 'A-0002' });
    await first.client(HOSPITAL).refund(hospital, {
      outTradeNo: 'A-0001',
      outRefundNo: 'R-1',
      refundFen: 50,
      totalFen: 1250,
      notifyUrl: first.notifyUrl(HOSPITAL),
    });
    first.insteadOf.push(500);
    await first.standIn.payer.pay(prepayId);
    await first.standIn.agenda.runDue();
    const due = first.standIn.agenda.nextDueAt();
    await first.standIn.stop();

    const second = await payScene({ folder, clock: first.clock });
    expect(second.standIn.agenda.nextDueAt()).toBe(due);
    const wechat = second.client(HOSPITAL);
    expect(await wechat.queryOrder(hospital, { outTradeNo: 'A-0002' })).toMatchObject({ state: 'SUCCESS' });
    // Their address is that of the first city, which is still there.
    await second.pass(MINUTE);
    expect(first.came.flatMap(({ notification }) => notification?.kind ?? [])).toEqual([
      'PAID',
      'PAID',
      'REFUND',
      'PAID',
    ]);
    expect(await wechat.queryRefund(hospital, 'R-1')).toMatchObject({ state: 'SUCCESS' });
    await second.pass(2 * DAY);
    expect(await wechat.tradeBill({ day: '2026-11-23' })).toMatchObject({
      bill: { settledFen: 2500, refundFen: 50 },
    });
  });

  it('does not grow with every start', async () => {
    const folder = tempFolder();
    const first = await payScene({ folder });
    await paid(first);
    const { books } = first.standIn.desk;
    const before = snapshot(books);
    await first.standIn.stop();
    const sizes: number[] = [];
    for (let start = 0; start < 3; start += 1) {
      const again = await payScene({ folder, clock: first.clock });
      expect(snapshot(again.standIn.desk.books)).toEqual(before);
      await again.standIn.stop();
      sizes.push(readFileSync(join(folder, JOURNAL)).length);
    }
    expect(new Set(sizes).size).toBe(1);
  });

  it('loses nothing that was acknowledged when the process is killed', async () => {
    const folder = tempFolder();
    const script = join(import.meta.dirname, 'write-until-killed.ts');
    const child = spawn(process.execPath, [script, join(folder, JOURNAL)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      acknowledged += text;
      if (acknowledged.split('\n').length > 500) child.kill('SIGKILL');
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const ids = acknowledged.split('\n').slice(0, -1);
    const books = new Books(fileJournal(join(folder, JOURNAL), latestOnly));
    const missing = ids.filter((id) => books.get('transaction', id)?.order !== `order of ${id}`);
    expect(missing).toEqual([]);
    // Two records of one write come together or not at all.
    const halves = [...books.all('transaction').keys()].filter((id) => books.get('prepay', id) === undefined);
    expect(halves).toEqual([]);
    books.close();
  });

  it('drops a last line that a kill cut short, and goes on behind it', () => {
    const path = join(tempFolder(), JOURNAL);
    const write = (books: Books, id: string) => books.write({ transaction: new Map([[id, { order: id }]]) });
    const first = new Books(fileJournal(path, latestOnly));
    write(first, 'whole');
    first.close();
    appendFileSync(path, '[["transaction","cut",{"ord');
    const second = new Books(fileJournal(path, latestOnly));
    write(second, 'after');
    second.close();
    const third = new Books(fileJournal(path, latestOnly));
    expect([...third.all('transaction').keys()]).toEqual(['whole', 'after']);
    third.close();
  });

  it.each(['{"not": "ours"}\n', 'no JSON\n', '[["nobody","x",{}]]\n', '[["order","x",{}]]\n'])(
    'is not begun with when it is damaged: %j',
    (line) => {
      const path = join(tempFolder(), JOURNAL);
      appendFileSync(path, line);
      expect(() => new Books(fileJournal(path, latestOnly))).toThrow();
    },
  );
});

function snapshot(books: Books) {
  return (['order', 'prepay', 'transaction', 'refund', 'callback', 'entry'] as const).map((kind) => [
    ...books.all(kind),
  ]);
}
