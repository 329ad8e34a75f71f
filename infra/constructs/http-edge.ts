import {
  aws_certificatemanager as acm,
  aws_apigatewayv2 as apigateway,
  CfnOutput,
  aws_apigatewayv2_integrations as integrations,
  aws_apigateway as rest,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ACCESS_LOG_FIELDS } from './access-log.ts';
import { acknowledge } from './acknowledge.ts';
import { apiFunction } from './api-function.ts';
import type { CityStack } from './city-stack.ts';
import { type EdgeProps, watchEdge } from './edge-alarms.ts';
import { HouseLogGroup } from './house-log-group.ts';

/** The cheaper edge. Paths below a context's name go to its function, which knows the routes. */
export class HttpEdge extends Construct {
  constructor(scope: Construct, stack: CityStack, { contexts, key }: EdgeProps) {
    super(scope, 'HttpEdge');
    const { domain, throttle } = stack.city;
    const api = new apigateway.HttpApi(this, 'Api', {
      apiName: stack.city.id,
      createDefaultStage: false,
      // With a recorded domain nobody has to know the other address.
      disableExecuteApiEndpoint: domain !== undefined,
    });
    const { logGroup } = new HouseLogGroup(this, stack, 'AccessLogs', {
      name: `/aws/vendedlogs/${stack.city.id}-edge`,
      key,
    });
    const domainName =
      domain &&
      new apigateway.DomainName(this, 'Domain', {
        domainName: domain.name,
        certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
        securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
      });
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.requestsPerSecond, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(logGroup),
        format: rest.AccessLogFormat.custom(
          JSON.stringify({
            ...ACCESS_LOG_FIELDS,
            route: '$context.routeKey',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
      ...(domainName === undefined ? {} : { domainMapping: { domainName } }),
    });
    if (domainName !== undefined)
      new CfnOutput(stack, 'DomainTarget', { value: domainName.regionalDomainName });
    else new CfnOutput(stack, 'Address', { value: api.apiEndpoint });
    for (const { name } of contexts) {
      const integration = new integrations.HttpLambdaIntegration(name, apiFunction(this, stack, name));
      for (const path of [`/${name}`, `/${name}/{proxy+}`]) {
        for (const route of api.addRoutes({ path, methods: [apigateway.HttpMethod.ANY], integration })) {
          acknowledge(route, {
            'AwsSolutions-APIG4':
              'The function checks the session and the access matrix of each route: one rule on every edge, and China has no Cognito.',
          });
        }
      }
    }
    watchEdge(this, stack, {
      namespace: 'AWS/ApiGateway',
      dimensions: { ApiId: api.apiId, Stage: '$default' },
      serverErrors: '5xx',
    });
  }
}
