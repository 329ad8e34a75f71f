import { aws_certificatemanager as acm, aws_apigateway as apigateway, CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ACCESS_LOG_FIELDS } from './access-log.ts';
import { acknowledge } from './acknowledge.ts';
import { apiFunction } from './api-function.ts';
import type { CityStack } from './city-stack.ts';
import { type EdgeProps, watchEdge } from './edge-alarms.ts';
import { Firewall } from './firewall.ts';
import { HouseLogGroup } from './house-log-group.ts';
import { RestApiLogging } from './rest-api-logging.ts';

const STAGE = 'live';

/** The edge that can carry a firewall. The same paths go to the same functions; only the event's form differs. */
export class RestEdge extends Construct {
  constructor(
    scope: Construct,
    stack: CityStack,
    { contexts, key, requestsPerAddress }: EdgeProps & { readonly requestsPerAddress: number },
  ) {
    super(scope, 'RestEdge');
    const { id, domain, throttle } = stack.city;
    const { logGroup } = new HouseLogGroup(this, stack, 'AccessLogs', {
      name: `/aws/vendedlogs/${id}-edge`,
      key,
    });
    const api = new apigateway.RestApi(this, 'Api', {
      restApiName: id,
      endpointConfiguration: { types: [apigateway.EndpointType.REGIONAL] },
      cloudWatchRole: false,
      disableExecuteApiEndpoint: domain !== undefined,
      // Handlers compress by themselves and answer files, in base64; without this a resident would get the base64, and
      // a provider's signed bytes would come to the handler as text.
      binaryMediaTypes: ['*/*'],
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: throttle.requestsPerSecond,
        throttlingBurstLimit: throttle.burst,
        metricsEnabled: true,
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        // Bodies are personal data.
        dataTraceEnabled: false,
        accessLogDestination: new apigateway.LogGroupLogDestination(logGroup),
        accessLogFormat: apigateway.AccessLogFormat.custom(
          JSON.stringify({
            ...ACCESS_LOG_FIELDS,
            route: '$context.resourcePath',
            error: '$context.error.message',
          }),
        ),
      },
      ...(domain === undefined
        ? {}
        : {
            domainName: {
              domainName: domain.name,
              certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
              endpointType: apigateway.EndpointType.REGIONAL,
              securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
            },
          }),
    });
    // Made beforehand: API Gateway would make it without key or end.
    const errors = new HouseLogGroup(this, stack, 'ErrorLogs', {
      name: `API-Gateway-Execution-Logs_${api.restApiId}/${STAGE}`,
      key,
    });
    api.deploymentStage.node.addDependency(errors);
    const target = api.domainName?.domainNameAliasDomainName;
    if (target !== undefined) new CfnOutput(stack, 'DomainTarget', { value: target });
    else new CfnOutput(stack, 'Address', { value: api.deploymentStage.urlForPath() });
    for (const { name } of contexts) {
      const integration = new apigateway.LambdaIntegration(apiFunction(this, stack, name), {
        allowTestInvoke: false,
      });
      const resource = api.root.addResource(name);
      resource.addMethod('ANY', integration);
      resource.addResource('{proxy+}').addMethod('ANY', integration);
    }
    acknowledge(api, {
      'AwsSolutions-APIG2':
        'The function checks path, query and body against the published schemas and names every fault in Chinese.',
      'AwsSolutions-APIG4':
        'The function checks the session and the access matrix of each route: one rule on every edge.',
      'AwsSolutions-COG4':
        'China has no Cognito user pools; sessions are tokens of our own after WeChat login.',
      'Serverless-APIGWXrayEnabled':
        'X-Ray is not offered for Lambda in China; a W3C traceparent travels in logs and events.',
    });
    new RestApiLogging(this, stack, api.deploymentStage);
    new Firewall(this, stack, { stage: api.deploymentStage, key, requestsPerAddress });
    watchEdge(this, stack, {
      namespace: 'AWS/ApiGateway',
      dimensions: { ApiName: id, Stage: STAGE },
      serverErrors: '5XXError',
    });
  }
}
