import { aws_iam as iam } from 'aws-cdk-lib';
import type { WorkflowUse } from '../../shared/workflows/workflows.ts';
import type { CityStack } from './city-stack.ts';

/** Lets a worker start the machines it declares, and answer the tasks of those it declares. */
export function grantWorkflows(stack: CityStack, role: iam.Role, { starts, answers }: WorkflowUse): void {
  const grant = (actions: readonly string[], machines: readonly string[]): void => {
    if (machines.length === 0) return;
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: actions.map((action) => `states:${action}`),
        resources: machines.map((machine) => stack.stateMachineArn(machine)),
      }),
    );
  };
  grant(['StartExecution'], starts);
  grant(['SendTaskFailure', 'SendTaskSuccess'], answers);
}
