import { Aws, aws_iam as iam, type aws_kms as kms } from 'aws-cdk-lib';
import type { Context } from '../../shared/context.ts';
import { acknowledge } from './acknowledge.ts';
import type { CityStack } from './city-stack.ts';
import { objectAccess } from './object-access.ts';

export interface ObjectGrants {
  readonly role: iam.Role;
  readonly key: kms.IKey;
  readonly context: Pick<Context, 'name' | 'objects'>;
}

/**
 * Confines a function to the context's own objects, and the city's key to that bucket. Answers what the function has
 * to know of it. Whoever follows a link acts in the name of the role that signed it.
 */
export function grantObjects(stack: CityStack, { role, key, context }: ObjectGrants): Record<string, string> {
  const access = objectAccess(context);
  if (access === undefined) return {};
  const bucket = stack.formatArn({ service: 's3', region: '', account: '', resource: stack.names.files });
  const { prefix } = access;
  acknowledge(role, {
    [`AwsSolutions-IAM5[Resource::${bucket.replace(Aws.ACCOUNT_ID, '<AWS::AccountId>')}/${prefix}*]`]:
      'Keys are made while the city runs; the context’s own prefix is the narrowest name they have.',
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: access.actions.map((action) => `s3:${action}`),
      resources: [`${bucket}/${prefix}*`],
    }),
  );
  if (access.actions.includes('GetObject')) {
    role.addToPolicy(
      new iam.PolicyStatement({
        // To whoever may not list, a missing object looks like a forbidden one.
        actions: ['s3:ListBucket'],
        resources: [bucket],
        conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
      }),
    );
  }
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: access.keyActions.map((action) => `kms:${action}`),
      resources: [key.keyArn],
      // The bucket, not the object: the bucket has a key of its own, which this opens.
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:s3:arn': bucket } },
    }),
  );
  return { BUCKET_URL: `https://${stack.names.files}.s3.${Aws.REGION}.${Aws.URL_SUFFIX}` };
}
