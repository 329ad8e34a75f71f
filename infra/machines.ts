/** A state machine of the city. Its definition is `workflows/<name>/<name>.asl.yaml`. */
export interface Machine {
  /** Lower-case word; `<city>-<name>` on AWS. */
  readonly name: string;
  /** The context that answers for it: its alarms name it. Who may start it, contexts declare (`workflows.starts`). */
  readonly owner: string;
}

/** The one list of machines: CDK, the laptop, `npm run workflows` and the tests read it here. */
export const machines: readonly Machine[] = [];
