import { join } from 'node:path';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { City } from '../cities/city.ts';
import { startKms } from './kms/server.ts';
import type { Teardown } from './teardown.ts';
import { laptopProgram, type WeChatUser } from './wechat/mini-program.ts';
import { startWeChat, type WeChatStandIn } from './wechat/server.ts';

export interface ProvidersPlan {
  readonly city: City;
  readonly folder: string;
  readonly clock: Clock;
  readonly wechatUsers: readonly WeChatUser[];
}

/**
 * Starts KMS and WeChat, and sends this process's AWS clients to this machine, as the SDK documents it. What the
 * user has set already stays.
 */
export async function startProviders(plan: ProvidersPlan, teardown: Teardown): Promise<WeChatStandIn> {
  const { city, folder, clock, wechatUsers: users } = plan;
  const kms = await startKms({ keyFile: join(folder, 'kms-master-key') });
  teardown.add(() => kms.stop());
  const wechat = await startWeChat({ clock, program: laptopProgram, users, folder });
  teardown.add(() => wechat.stop());
  const settings = {
    AWS_REGION: city.region,
    AWS_ACCESS_KEY_ID: 'laptop',
    AWS_SECRET_ACCESS_KEY: 'laptop',
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  return wechat;
}
