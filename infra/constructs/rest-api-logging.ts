import { aws_apigateway as apigateway, aws_iam as iam, RemovalPolicy } from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { CityStack } from './city-stack.ts';

/**
 * REST APIs write logs through one role for the whole account and region: a setting of the account that the first
 * city with a REST API makes and that stays when the stack goes.
 */
export class RestApiLogging extends Construct {
  constructor(scope: Construct, stack: CityStack, before: Construct) {
    super(scope, 'Logging');
    const role = new iam.Role(this, 'Role', {
      roleName: `${stack.city.id}-rest-api-logs`,
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
      ],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'API Gateway checks the role of the account setting against exactly this policy.',
    });
    const account: IDependable = new apigateway.CfnAccount(this, 'Account', {
      cloudWatchRoleArn: role.roleArn,
    });
    before.node.addDependency(account);
  }
}
