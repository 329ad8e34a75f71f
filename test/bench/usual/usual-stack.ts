import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import httpCors from '@middy/http-cors';
import httpErrorHandler from '@middy/http-error-handler';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import httpResponseSerializer from '@middy/http-response-serializer';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** What most functions of this kind put round a use case: middy with six middlewares for HTTP, powertools for the rest. */
export function usualStack(
  handle: (event: APIGatewayProxyEventV2) => Promise<unknown>,
): (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown> {
  const logger = new Logger({ serviceName: 'usual' });
  const metrics = new Metrics({ namespace: 'Usual', serviceName: 'usual' });
  return middy<APIGatewayProxyEventV2, unknown>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
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
    .handler(async (event: APIGatewayProxyEventV2) => {
      const body = await handle(event);
      metrics.addMetric('Requests', MetricUnit.Count, 1);
      logger.info('request served', { route: event.routeKey });
      return { statusCode: 200, body };
    });
}
