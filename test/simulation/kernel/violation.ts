/** What the simulation is for: a rule that does not hold, or an error that nobody expected. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** The same for the same kind of failure: `I2`, or an error's name. What shrinks a history keeps to it. */
  readonly rule: string;

  constructor(error: unknown) {
    const known = error instanceof Error ? error : new Error(String(error));
    super(known.message, { cause: error });
    this.rule = ruleOf(known);
  }
}

function ruleOf({ message, name }: Error): string {
  const [before = ''] = message.split(':', 1);
  return /^[A-Z]+\d*$/.test(before) ? before : name;
}
