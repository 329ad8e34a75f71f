import { type DefinitionFile, readDefinitionFile } from './workflows/definition.ts';

/** A state machine of the city. */
export interface Machine {
  /** Lower-case word; `<city>-<name>` on AWS. */
  readonly name: string;
  /** The context that answers for it: its alarms name it. Who may start it, contexts declare (`workflows.starts`). */
  readonly owner: string;
  /** `workflows/<name>/<name>.asl.yaml`. */
  readonly definition: DefinitionFile;
}

/**
 * The one list of machines, each by `{ name, owner, definition: readDefinitionFile(name) }`: CDK, the laptop,
 * `npm run workflows` and the tests read it here.
 */
export const machines: readonly Machine[] = [
  { name: 'referral', owner: 'referral', definition: readDefinitionFile('referral') },
  { name: 'signing', owner: 'signing', definition: readDefinitionFile('signing') },
];
