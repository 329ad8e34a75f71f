import { everyPage } from '../../shared/data/every-page.ts';
import type { Table } from '../../shared/data/table.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { addFen, type Fen } from '../../shared/kernel/fen.ts';
import { type Posting, postings } from './ledger.ts';

const PAGE = 1_000;

/** Everything that moved on a day in China, in the whole city. */
export function postingsOn(table: Table, day: Day): Promise<readonly Posting[]> {
  const { pk, sk } = postings.key({ day, postingId: '' });
  return everyPage(table, postings, { pk, sk: { beginsWith: sk }, limit: PAGE, consistent: true });
}

export interface LedgerSum {
  /** Rule P2: nothing. */
  readonly sumFen: Fen;
  /** Ids of postings whose own lines do not sum up to nothing. */
  readonly unbalanced: readonly string[];
  /** Debit is positive: what lies with WeChat and in tills, less what is owed to institutions for it. */
  readonly byAccount: ReadonlyMap<string, Fen>;
}

/** Rule P2, to be checked over any set of whole postings. */
export function ledgerSum(of: readonly Pick<Posting, 'postingId' | 'lines'>[]): LedgerSum {
  const byAccount = new Map<string, Fen>();
  const unbalanced: string[] = [];
  for (const { postingId, lines } of of) {
    if (addFen(...lines.map(({ fen }) => fen)) !== 0) unbalanced.push(postingId);
    for (const { account, fen } of lines) byAccount.set(account, addFen(byAccount.get(account) ?? 0, fen));
  }
  return { sumFen: addFen(...byAccount.values()), unbalanced, byAccount };
}
