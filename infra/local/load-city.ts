import { parseArgs } from 'node:util';
import { createDynamoTable } from '../../shared/data/dynamodb-table.ts';
import { createTableClient } from '../../shared/data/table-client.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { randomIds } from '../../shared/kernel/ids.ts';
import { operatorConnection } from '../operator-connection.ts';
import { CityFilesError, describeFaults } from './city/city-faults.ts';
import { loadCity } from './city/load-city.ts';

/**
 * Brings a table's directory to what a city's files state, on AWS as on the laptop:
 * `TABLE_NAME=… npx node infra/local/load-city.ts infra/local/city/jiaxian`, with the usual AWS variables.
 */
const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
const tableName = process.env['TABLE_NAME'];

if (folder === undefined || tableName === undefined) {
  console.error('usage: TABLE_NAME=<table> npx node infra/local/load-city.ts <folder of the city’s files>');
  process.exitCode = 2;
} else {
  const client = createTableClient(operatorConnection('DYNAMODB'));
  try {
    const table = createDynamoTable({ client, tableName });
    console.table(await loadCity({ table, clock: systemClock, ids: randomIds }, folder));
  } catch (error) {
    if (error instanceof CityFilesError) console.error(describeFaults(error.faults));
    else if (error instanceof Refusal) console.error(error.code, error.message, error.details.reasons ?? '');
    else throw error;
    process.exitCode = 1;
  } finally {
    client.destroy();
  }
}
