/** A refusal as KMS names it: the SDK turns it into an error of the same name. */
export class KmsRefusal extends Error {
  readonly type: string;

  constructor(type: string, message = type) {
    super(message);
    this.name = 'KmsRefusal';
    this.type = type;
  }
}
