import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { toAttributes } from '../../shared/data/attribute-value.ts';
import type { TableClient } from '../../shared/data/table-client.ts';
import { findEngine } from './dynamodb/binary.ts';
import { tableDefinition } from './dynamodb/create-table.ts';
import type { Stored } from './new-city.ts';

export interface ItemsToWrite {
  readonly tableName: string;
  readonly items: readonly Stored[];
}

/** Makes the embedded engine's file, before the engine runs, out of what looks like a table's export to S3. */
export async function importItems(dbPath: string, { tableName, items }: ItemsToWrite): Promise<void> {
  const source = `${dbPath}.import`;
  mkdirSync(`${source}/${tableName}/data`, { recursive: true });
  const lines = items.map((item) => `${JSON.stringify({ Item: toAttributes(item) })}\n`);
  writeFileSync(`${source}/${tableName}/data/items.json.gz`, gzipSync(lines.join(''), { level: 1 }));
  const { BillingMode, ...definition } = tableDefinition(tableName, true);
  const description = { ...definition, BillingModeSummary: { BillingMode } };
  writeFileSync(`${source}/schema.json`, JSON.stringify([{ Table: description }]));
  const files = ['--source', source, '--schema', `${source}/schema.json`, '--output', dbPath];
  await promisify(execFile)(findEngine(process.env['PATH']), ['import', '--force', ...files]);
  rmSync(source, { recursive: true });
}

/** A transaction's most. An engine syncs once for it, where a batch would sync for each of its items. */
const MOST_TOGETHER = 100;

/** Fills a table of an engine that somebody else runs. */
export async function writeItems(client: TableClient, { tableName, items }: ItemsToWrite): Promise<void> {
  const puts = items.map((item) => ({ Put: { TableName: tableName, Item: toAttributes(item) } }));
  for (let start = 0; start < puts.length; start += MOST_TOGETHER) {
    const TransactItems = puts.slice(start, start + MOST_TOGETHER);
    await client.call('TransactWriteItems', { TransactItems });
  }
}
