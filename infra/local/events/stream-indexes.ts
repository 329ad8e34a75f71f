import { DatabaseSync } from 'node:sqlite';

/**
 * The embedded engine (dynoxide 1.2.1) looks through every record its stream has ever held for each write (for the
 * newest number) and for each read: 20 ms at 24,000 records, 2 ms with these. A later engine may keep its records
 * elsewhere, so a failure only leaves it as slow as it is.
 */
const INDEXES = [
  'CREATE INDEX IF NOT EXISTS city_newest ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
  'CREATE INDEX IF NOT EXISTS city_next ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER))',
];

/** Adds indexes to the engine's file; the engine may be running. Answers whether they are there. */
export function indexStream(dbPath: string): boolean {
  try {
    const database = new DatabaseSync(dbPath, { timeout: 2_000 });
    try {
      for (const statement of INDEXES) database.exec(statement);
    } finally {
      database.close();
    }
    return true;
  } catch {
    return false;
  }
}
