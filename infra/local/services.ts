import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsCredentials } from '../../shared/env.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { City } from '../cities/city.ts';
import { createTable } from './dynamodb/create-table.ts';
import { type LocalEngine, startEngine } from './dynamodb/launch.ts';
import { indexStream } from './events/stream-indexes.ts';
import { startKms } from './kms/server.ts';
import { useLocalAws } from './local-aws.ts';
import { StartError } from './options.ts';
import type { Teardown } from './teardown.ts';
import { laptopProgram, type WeChatUser } from './wechat/mini-program.ts';
import { startWeChat, type WeChatStandIn } from './wechat/server.ts';

/** What on AWS and at WeChat's is somebody else's. */
export interface Services {
  readonly engine: LocalEngine;
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly wechat: WeChatStandIn;
}

export interface ServicesPlan {
  readonly city: City;
  readonly folder: string;
  readonly clock: Clock;
  readonly wechatUsers: readonly WeChatUser[];
}

/** Starts them side by side, each known to `teardown` as soon as it runs. */
export async function startServices(
  { city, folder, clock, wechatUsers: users }: ServicesPlan,
  teardown: Teardown,
): Promise<Services> {
  const dbPath = join(folder, 'dynamodb.sqlite');
  const noted = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    teardown.add(() => started.stop());
    return started;
  };
  const starting = [
    noted(startKms({ keyFile: join(folder, 'kms-master-key') })),
    noted(startEngine({ dbPath }).catch(asStartError)),
    noted(startWeChat({ clock, program: laptopProgram, users, folder })),
  ] as const;
  // All of them, even when one fails: what is still starting must be in the teardown before that runs.
  await Promise.allSettled(starting);
  const [kms, engine, wechat] = await Promise.all(starting);
  useLocalAws(city, { dynamoDb: engine.endpoint, kms: kms.endpoint });
  const dynamoDb = new DynamoDBClient({ credentials: awsCredentials });
  teardown.add(() => dynamoDb.destroy());
  const tableName = `${city.id}-table`;
  await createTable(dynamoDb, { tableName }).catch((cause: unknown) => silent(engine.endpoint, cause));
  if (engine.pid !== undefined) indexStream(dbPath);
  return { engine, dynamoDb, tableName, wechat };
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
