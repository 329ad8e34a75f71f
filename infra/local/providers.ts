import { join } from 'node:path';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { City } from '../cities/city.ts';
import { startKms } from './kms/server.ts';
import { LAPTOP_DOMAIN } from './laptop-city.ts';
import { smsTemplatesOf, weChatTemplatesOf } from './message-templates.ts';
import { type SmsStandIn, startSms } from './sms/server.ts';
import type { Teardown } from './teardown.ts';
import { laptopProgram, type WeChatUser } from './wechat/mini-program.ts';
import { type LaptopMerchant, type LaptopPay, startLaptopPay } from './wechat/pay/laptop.ts';
import { notificationReach } from './wechat/pay/notification-reach.ts';
import { startWeChat, type WeChatStandIn } from './wechat/server.ts';

export interface ProvidersPlan {
  readonly city: City;
  readonly folder: string;
  readonly clock: Clock;
  readonly wechatUsers: readonly WeChatUser[];
  readonly merchants: readonly LaptopMerchant[];
  /** Where this machine serves the city. */
  readonly url: string;
}

export interface Providers {
  readonly wechat: WeChatStandIn;
  /** Later than the others: a new city's merchants need keys, which other threads make meanwhile. */
  readonly pay: Promise<LaptopPay>;
  readonly sms: SmsStandIn;
}

/**
 * Starts KMS, WeChat, WeChat Pay and a provider of text messages, and sends this process's AWS clients to this machine, as the SDK documents it. What the
 * user has set already stays.
 */
export async function startProviders(plan: ProvidersPlan, teardown: Teardown): Promise<Providers> {
  const { city, folder, clock, wechatUsers: users, merchants, url } = plan;
  const kms = await startKms({ keyFile: join(folder, 'kms-master-key') });
  teardown.add(() => kms.stop());
  const templates = weChatTemplatesOf(city, clock);
  const wechat = await startWeChat({ clock, program: laptopProgram, users, folder, templates });
  teardown.add(() => wechat.stop());
  const sms = await startSms({ clock, folder, templates: smsTemplatesOf(city, clock) });
  teardown.add(() => sms.stop());
  const pay = startLaptopPay({
    clock,
    folder,
    program: laptopProgram,
    users: wechat.users,
    merchants,
    reach: notificationReach(LAPTOP_DOMAIN, url),
  });
  // Whoever waits for it hears that it failed.
  pay.catch(() => undefined);
  teardown.add(async () => (await pay.catch(() => undefined))?.standIn.stop());
  const settings = {
    AWS_REGION: city.region,
    AWS_ACCESS_KEY_ID: 'laptop',
    AWS_SECRET_ACCESS_KEY: 'laptop',
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  return { wechat, pay, sms };
}
