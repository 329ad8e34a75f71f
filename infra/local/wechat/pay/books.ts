import type { Journal, JournalLine } from './journal.ts';
import { type RecordKind, type RecordOf, recordSchemas } from './records.ts';

/** Records to write together. */
export type Changes = { readonly [K in RecordKind]?: ReadonlyMap<string, RecordOf<K>> };

type Shelves = { readonly [K in RecordKind]: Map<string, RecordOf<K>> };

const KINDS = Object.keys(recordSchemas) as RecordKind[];

/** Everything WeChat remembers, in memory and in the journal. */
export class Books {
  readonly #shelves = newShelves();
  /** Ids of what has an appointment, so that nobody has to look through everything. */
  readonly #waiting = { refund: new Set<string>(), callback: new Set<string>() };
  readonly #journal: Journal;

  /** @throws Error when the journal holds something else */
  constructor(journal: Journal) {
    this.#journal = journal;
    for (const line of journal.past) for (const [kind, id, value] of line) this.#place(kind, id, value);
  }

  get<K extends RecordKind>(kind: K, id: string): RecordOf<K> | undefined {
    return this.#shelf(kind).get(id);
  }

  all<K extends RecordKind>(kind: K): ReadonlyMap<string, RecordOf<K>> {
    return this.#shelf(kind);
  }

  /** What has an appointment: refunds that will end, notifications that will be sent. */
  waiting<K extends 'refund' | 'callback'>(kind: K): readonly (readonly [id: string, RecordOf<K>])[] {
    return [...this.#waiting[kind]].flatMap((id) => {
      const record = this.get(kind, id);
      return record === undefined ? [] : [[id, record] as const];
    });
  }

  /** All of it, or, when the process dies, nothing. */
  write(changes: Changes): void {
    const line = KINDS.flatMap((kind) =>
      [...(changes[kind] ?? [])].map(([id, value]) => [kind, id, value] as const),
    );
    if (line.length === 0) return;
    this.#journal.append(line);
    for (const kind of KINDS) this.#keep(kind, changes[kind]);
  }

  close(): void {
    this.#journal.close();
  }

  #keep<K extends RecordKind>(kind: K, records: ReadonlyMap<string, RecordOf<K>> | undefined): void {
    for (const [id, value] of records ?? []) {
      this.#shelf(kind).set(id, value);
      this.#note(kind, id);
    }
  }

  #note(kind: RecordKind, id: string): void {
    if (kind === 'refund') mark(this.#waiting.refund, id, this.get('refund', id)?.endsAt);
    if (kind === 'callback') mark(this.#waiting.callback, id, this.get('callback', id)?.nextAt);
  }

  #place(kind: string, id: string, value: unknown): void {
    const known = KINDS.find((one) => one === kind);
    if (known === undefined) throw new Error('the payment journal is damaged; start again with --reset');
    // Parsed by the schema of the very kind whose shelf it goes to.
    (this.#shelves[known] as Map<string, unknown>).set(id, recordSchemas[known].parse(value));
    this.#note(known, id);
  }

  #shelf<K extends RecordKind>(kind: K): Map<string, RecordOf<K>> {
    return this.#shelves[kind] as unknown as Map<string, RecordOf<K>>;
  }
}

/** The last of each record, in the order in which they first came. */
export function latestOnly(past: readonly JournalLine[]): readonly JournalLine[] {
  const latest = new Map<string, JournalLine>();
  for (const change of past.flat()) latest.set(`${change[0]} ${change[1]}`, [change]);
  return [...latest.values()];
}

function newShelves(): Shelves {
  return {
    order: new Map(),
    combined: new Map(),
    prepay: new Map(),
    transaction: new Map(),
    refund: new Map(),
    callback: new Map(),
    entry: new Map(),
  };
}

function mark(waiting: Set<string>, id: string, at: number | undefined): void {
  if (at === undefined) waiting.delete(id);
  else waiting.add(id);
}
