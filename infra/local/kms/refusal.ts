import { AwsRefusal } from '../http/aws-json.ts';

/** A refusal as KMS names it. */
export class KmsRefusal extends AwsRefusal {
  override readonly name = 'KmsRefusal';
}
