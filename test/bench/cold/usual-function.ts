import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import httpCors from '@middy/http-cors';
import httpErrorHandler from '@middy/http-error-handler';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import httpResponseSerializer from '@middy/http-response-serializer';
import httpSecurityHeaders from '@middy/http-security-headers';
// biome-ignore lint/style/noRestrictedImports: what it costs is what is measured here
import { z } from 'zod';

/**
 * What most functions of this kind are made of, to be measured beside ours: the SDK's document client and Step Functions,
 * middy with six middlewares for HTTP, all of zod, powertools for logs, metrics and traces. It answers the same question.
 */
const logger = new Logger({ serviceName: 'usual' });
const metrics = new Metrics({ namespace: 'Usual', serviceName: 'usual' });
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

async function findWeek(event: {
  readonly pathParameters?: unknown;
  readonly queryStringParameters?: unknown;
}): Promise<unknown> {
  const { institutionId, departmentId } = params.parse(event.pathParameters);
  const { from = '2026-03-02' } = query.parse(event.queryStringParameters ?? {});
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: process.env['TABLE_NAME'],
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `department#${institutionId}#${departmentId}` },
    }),
  );
  metrics.addMetric('Weeks', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  logger.info('week found', { machines: typeof machines.send, count: Items.length });
  return { statusCode: 200, body: week.parse({ from, days: 7, practitioners: Items }) };
}

export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(httpHeaderNormalizer())
  .use(httpJsonBodyParser({ disableContentTypeError: true }))
  .use(httpSecurityHeaders())
  .use(httpCors())
  .use(
    httpResponseSerializer({
      serializers: [{ regex: /^application\/json$/, serializer: ({ body }) => JSON.stringify(body) }],
      defaultContentType: 'application/json',
    }),
  )
  .use(httpErrorHandler())
  .handler(findWeek);
