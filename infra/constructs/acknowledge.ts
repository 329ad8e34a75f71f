import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says, next to the resource, why a cdk-nag rule does not fit it. `rule` is an id such as `AwsSolutions-APIG2`. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}
