import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTableClient } from '../../shared/data/table-client.ts';
import { awsConnection } from '../../shared/env.ts';
import { DATABASE, type DataFolder } from './data-folder.ts';
import { createTable } from './dynamodb/create-table.ts';
import { type LocalEngine, startEngine } from './dynamodb/launch.ts';
import type { Stored } from './new-city.ts';
import { StartError } from './options.ts';
import type { Teardown } from './teardown.ts';
import { importItems, writeItems } from './write-items.ts';

export interface DatabasePlan {
  readonly folder: DataFolder;
  readonly tableName: string;
  /** Asked for when the city is new. */
  readonly newItems: () => Promise<readonly Stored[]>;
}

/** Starts the engine over the folder's file, or takes the one the user named, with a table that has been filled. */
export async function startDatabase(
  { folder, tableName, newItems }: DatabasePlan,
  teardown: Teardown,
): Promise<LocalEngine> {
  const embedded = !process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  const dbPath = join(folder.path, DATABASE);
  if (folder.loaded && embedded && !existsSync(dbPath))
    throw new StartError(`${dbPath} is gone; start again with --reset`);
  const items = folder.loaded ? undefined : await newItems();
  if (items !== undefined && embedded) await importItems(dbPath, { tableName, items }).catch(asStartError);
  const engine = await startEngine({ dbPath }).catch(asStartError);
  teardown.add(() => engine.stop());
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = engine.endpoint;
  process.env['AWS_ENDPOINT_URL_DYNAMODB_STREAMS'] ??= engine.endpoint;
  const client = createTableClient(awsConnection('DYNAMODB'));
  teardown.add(() => client.destroy());
  await createTable(client, { tableName }).catch((cause: unknown) => silent(engine.endpoint, cause));
  if (items !== undefined && !embedded) await writeItems(client, { tableName, items });
  if (items !== undefined) folder.markLoaded();
  return engine;
}

/** The launcher's errors say what to do. */
function asStartError(cause: unknown): never {
  throw cause instanceof Error ? new StartError(cause.message) : cause;
}

function silent(endpoint: string, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code !== 'ECONNREFUSED' && code !== 'ENOTFOUND') throw cause;
  throw new StartError(`no DynamoDB answers at ${endpoint}, which AWS_ENDPOINT_URL_DYNAMODB names`);
}
