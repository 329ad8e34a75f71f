import { Books, latestOnly } from '../../../infra/local/wechat/pay/books.ts';
import { fileJournal } from '../../../infra/local/wechat/pay/journal.ts';

/** Writes record after record and says which are written, until somebody kills it. */
const books = new Books(fileJournal(process.argv[2] ?? '', latestOnly));

function writeOne(n: number): void {
  const id = `t${n}`;
  books.write({
    transaction: new Map([[id, { order: `order of ${id}` }]]),
    prepay: new Map([[id, { of: 'order', id, validUntil: n }]]),
  });
  process.stdout.write(`${id}\n`);
  setImmediate(writeOne, n + 1);
}

writeOne(1);
