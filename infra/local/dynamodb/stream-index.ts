import { DatabaseSync } from 'node:sqlite';

/**
 * Gives the embedded engine's stream records the index they lack. It looks up the last sequence number by reading
 * all of them at every write, so that a city slows down by a third of a millisecond a write with each thousand
 * writes it has seen (dynoxide 1.2.1). The engine picks the index up while it runs, and it stays in the file.
 */
export function indexStream(dbPath: string): void {
  const database = new DatabaseSync(dbPath, { timeout: 5_000 });
  try {
    const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_stream_records'").get();
    // Another version keeps its stream elsewhere: then there is nothing to mend here.
    if (known === undefined) return;
    database.exec(
      'CREATE INDEX IF NOT EXISTS stream_sequence ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    );
  } finally {
    database.close();
  }
}
