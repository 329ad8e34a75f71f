import { text } from 'node:stream/consumers';
import { createDynamoTable } from '../shared/data/dynamodb-table.ts';
import { createTableClient } from '../shared/data/table-client.ts';
import { systemClock } from '../shared/kernel/clock.ts';
import { parseCity } from '../shared/policy/city.ts';
import { createKms, createKmsClient } from '../shared/privacy/kms.ts';
import { putSecret } from '../shared/privacy/secrets.ts';
import { allCities } from './cities/all-cities.ts';
import { cityFile } from './cities/city.ts';
import { namesOf } from './constructs/names.ts';
import { contexts } from './contexts.ts';
import { operatorConnection } from './operator-connection.ts';

const USAGE = 'usage: npx node infra/put-secret.ts <city> <context> <name> < file-with-the-secret';

/**
 * An operator's command: wraps a provider's secret by the city's key and puts it where only its context reads it.
 * The value comes by stdin, so that it stands in no shell history and in no list of processes.
 */
async function run([cityId, context, name]: readonly string[]): Promise<void> {
  const city = allCities.find(({ id }) => id === cityId);
  if (city === undefined || context === undefined || name === undefined) throw new Error(USAGE);
  if (!contexts.some((one) => one.name === context)) throw new Error(`there is no ${context}; ${USAGE}`);
  const value = (await text(process.stdin)).trim();
  if (value === '') throw new Error(`nothing came by stdin; ${USAGE}`);
  const { region } = city;
  const { table: tableName, keyAlias: keyId } = namesOf(city.id);
  const parts = {
    city: parseCity(cityFile(city), []),
    table: createDynamoTable({
      client: createTableClient(operatorConnection('DYNAMODB', region)),
      tableName,
    }),
    kms: createKms({ client: createKmsClient(operatorConnection('KMS', region)), keyId }),
    clock: systemClock,
  };
  await putSecret(parts, { context, name }, value);
  process.stdout.write(
    `${name} of ${context} is put in ${city.id}: new containers read it, running ones when they restart\n`,
  );
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
