import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
// biome-ignore lint/style/noRestrictedImports: what it costs is what is measured here
import { z } from 'zod';
import { usualStack } from './usual-stack.ts';

/**
 * What most functions of this kind are made of, to be measured beside ours: the SDK's document client and Step Functions,
 * the usual stack, all of zod, a tracer. It answers the same question.
 */
const tracer = new Tracer({ serviceName: 'usual' });
const table = DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient({})));
const machines = new SFNClient({});

const params = z.object({ institutionId: z.string().min(1), departmentId: z.string().min(1) });
const query = z.object({ from: z.iso.date().optional() });
const week = z.object({
  from: z.string(),
  days: z.int(),
  practitioners: z.array(z.object({ id: z.string() })),
});

export const handler = usualStack(async ({ pathParameters, queryStringParameters }) => {
  const { institutionId, departmentId } = params.parse(pathParameters);
  const { from = '2026-03-02' } = query.parse(queryStringParameters ?? {});
  if (typeof machines.send !== 'function') throw new Error('no Step Functions');
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: process.env['TABLE_NAME'],
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `department#${institutionId}#${departmentId}` },
    }),
  );
  return week.parse({ from, days: 7, practitioners: Items });
});
