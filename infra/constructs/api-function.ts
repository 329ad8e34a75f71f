import { aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';

/** A context's HTTP function, which stands in another stack, by its name. */
export function apiFunction(scope: Construct, stack: CityStack, context: string): lambda.IFunction {
  return lambda.Function.fromFunctionAttributes(scope, `${context}Function`, {
    functionArn: stack.functionArn(context, 'api'),
    sameEnvironment: true,
  });
}
