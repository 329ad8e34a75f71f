import { createInstitutionTree, type InstitutionTree } from './access/institution-tree.ts';
import { createSessions, type Sessions } from './access/sessions.ts';
import { createDynamoTable } from './data/dynamodb-table.ts';
import type { Table } from './data/table.ts';
import { createTableClient } from './data/table-client.ts';
import { awsConnection, type Env, InvalidEnvironment, readEnv } from './env.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import { type Ids, randomIds } from './kernel/ids.ts';
import { noObjects, type ObjectStore } from './objects/objects.ts';
import { createLog, type Log } from './observability/log.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import type { City } from './policy/city.ts';
import { readCityFile } from './policy/city-file.ts';
import { type BlindIndex, createBlindIndex } from './privacy/blind-index.ts';
import { createFieldCipher, type FieldCipher } from './privacy/field-cipher.ts';
import { createKeyRing, type KeyRing } from './privacy/key-ring.ts';
import { createKms, createKmsClient, type Kms } from './privacy/kms.ts';
import { createSessionSigner, createSessionVerifier, type SessionSigner } from './privacy/session-keys.ts';
import { noWorkflows, type Workflows } from './workflows/workflows.ts';

/** Everything a use case reaches the world through. Built once per container, passed in, replaced in tests. */
export interface Deps {
  readonly env: Env;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly table: Table;
  readonly city: City;
  readonly kms: Kms;
  readonly keyRing: KeyRing;
  readonly cipher: FieldCipher;
  readonly blindIndex: BlindIndex;
  readonly sessionSigner: SessionSigner;
  readonly sessions: Sessions;
  readonly institutionTree: InstitutionTree;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Within reach of workers only, and only where their entry says `withStepFunctions`. */
  readonly workflows: Workflows;
  /** Within reach where the context declares `objects`, and its entries say `withObjects`. */
  readonly objects: ObjectStore;
}

/** What only the laptop and tests replace. */
export type Overrides = Partial<
  Pick<Deps, 'clock' | 'ids' | 'table' | 'city' | 'kms' | 'log' | 'metrics' | 'workflows' | 'objects'>
>;

/**
 * The dependencies of one container. Policy sections are checked when a context first reads its own.
 * @throws InvalidEnvironment, InvalidPolicyError
 */
export function createDeps(env: Env = readEnv(), overrides: Overrides = {}): Deps {
  const clock = overrides.clock ?? systemClock;
  const table =
    overrides.table ??
    createDynamoTable({
      client: createTableClient(awsConnection('DYNAMODB')),
      tableName: env.TABLE_NAME,
    });
  const city = overrides.city ?? readCityFile(env.CITY_FILE, []);
  // Sessions and keys are a city's own: a function with another city's file must not start.
  if (city.id !== env.CITY) throw new InvalidEnvironment(['CITY', 'CITY_FILE']);
  const kms =
    overrides.kms ?? createKms({ client: createKmsClient(awsConnection('KMS')), keyId: env.KEY_ID });
  const keyParts = { city: city.id, table, clock, kms };
  const keyRing = createKeyRing(keyParts);
  const sessionSigner = createSessionSigner(keyParts);
  return {
    env,
    clock,
    ids: overrides.ids ?? randomIds,
    table,
    city,
    kms,
    keyRing,
    cipher: createFieldCipher(keyRing),
    blindIndex: createBlindIndex(keyRing),
    sessionSigner,
    sessions: createSessions({
      city: city.id,
      table,
      clock,
      signer: sessionSigner,
      verifier: createSessionVerifier({ table, clock }),
    }),
    institutionTree: createInstitutionTree(table, clock),
    log: overrides.log ?? createLog({ service: city.id, level: env.LOG_LEVEL }),
    metrics: overrides.metrics ?? createMetrics({ city: city.id }),
    workflows: overrides.workflows ?? noWorkflows,
    objects: overrides.objects ?? noObjects,
  };
}
