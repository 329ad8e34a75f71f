import { ArnFormat, aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';

/** A context's HTTP function, which stands in another stack, by its name. */
export function apiFunction(scope: Construct, stack: CityStack, context: string): lambda.IFunction {
  return lambda.Function.fromFunctionAttributes(scope, `${context}Function`, {
    functionArn: stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: stack.names.function(context, 'api'),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
    sameEnvironment: true,
  });
}
