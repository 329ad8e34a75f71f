import { smsSecret, weChatSecret } from '../../functions/notification/notification-deps.ts';
import type { Deps } from '../../shared/deps.ts';
import { putSecret } from '../../shared/privacy/secrets.ts';
import type { SmsStandIn } from './sms/server.ts';
import { laptopProgram } from './wechat/mini-program.ts';

/** What an operator does on AWS with `infra/put-secret.ts`, at every start: the port of the provider is another each time. */
export async function operateMessages(
  parts: Pick<Deps, 'city' | 'table' | 'kms' | 'clock'>,
  { connection }: Pick<SmsStandIn, 'connection'>,
): Promise<void> {
  await putSecret(parts, weChatSecret, laptopProgram.appSecret);
  await putSecret(parts, smsSecret, JSON.stringify(connection));
}
