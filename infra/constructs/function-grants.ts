import { Aws, aws_iam as iam, type aws_kms as kms } from 'aws-cdk-lib';
import type { CityStack } from './city-stack.ts';
import type { Entry } from './names.ts';
import { type Grantee, tableAccess, wrappedAt } from './table-access.ts';

export interface FunctionGrants {
  readonly role: iam.Role;
  readonly key: kms.IKey;
  readonly context: Grantee;
  readonly entry: Entry;
}

/** Confines a function to its own partition keys, and its use of the city's key to that table and its own key ring. */
export function grantTable(stack: CityStack, { role, key, context, entry }: FunctionGrants): void {
  const table = stack.arn('dynamodb', 'table', stack.names.table);
  for (const { actions, indexes, leadingKeys } of tableAccess(context, entry)) {
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [table, ...indexes.map((index) => `${table}/index/${index}`)],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...leadingKeys] },
          // ForAllValues is also true of a request that names no key at all.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }
  role.addToPolicy(
    new iam.PolicyStatement({
      // DynamoDB unwraps the table's key in the caller's name.
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: {
        StringEquals: {
          'kms:EncryptionContext:aws:dynamodb:tableName': stack.names.table,
          'kms:EncryptionContext:aws:dynamodb:subscriberId': Aws.ACCOUNT_ID,
        },
      },
    }),
  );
  // Data keys and secrets are wrapped for their own address in the table (shared/privacy).
  for (const [action, addresses] of Object.entries(wrappedAt(context))) {
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [`kms:${action === 'encrypt' ? 'Encrypt' : 'Decrypt'}`],
        resources: [key.keyArn],
        conditions: {
          StringEquals: {
            'kms:EncryptionContext:city': stack.city.id,
            'kms:EncryptionContext:pk': addresses,
          },
        },
      }),
    );
  }
}
