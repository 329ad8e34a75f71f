import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsConnection } from '../shared/aws/aws-client.ts';
import { awsConnection } from '../shared/env.ts';

/** An operator is who the AWS tools take them for: variables, profiles, single sign-on. A Lambda looks nowhere else. */
export function operatorConnection(...where: Parameters<typeof awsConnection>): AwsConnection {
  return { ...awsConnection(...where), credentials: defaultProvider() };
}
