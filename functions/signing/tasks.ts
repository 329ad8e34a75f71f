import { SYSTEM } from '../../shared/access/acting.ts';
import type { Task } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { WorkflowData } from '../../shared/workflows/workflows.ts';
import { refuseWhilePaying } from './charges.ts';
import * as contract from './contracts.ts';
import { signingErrors } from './errors.ts';
import { answer, sealToken } from './follow-machine.ts';
import { tryChange } from './signing-moves.ts';
import { type Signing, type SigningId, signings } from './store.ts';
import { overdueChange } from './tick-signing.ts';
import type { Stop } from './transitions.ts';
import { placeOf, stopOf } from './waits.ts';

/** What the machine calls. Everything is told by the item: a state that comes late is sent on at once. */

const MOST_ATTEMPTS = 8;

/** The state waits for a person: its token is kept, sealed, for whoever takes the step. */
async function ask(
  deps: Deps,
  { at, token, ...id }: SigningId & { readonly at: Stop; readonly token: string },
): Promise<void> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readSigning(deps, id);
    if (stopOf(seen) !== at) return answer(deps, seen, at, token);
    const { turn, version } = seen;
    const outcome = await signings.update(
      deps.table,
      id,
      { set: { token: { turn, at, sealed: await sealToken(deps, id, token) }, version: version + 1 } },
      { if: { version } },
    );
    if (outcome.ok) return;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** Where the signing stands now; a wait that is over is ended first. @throws Refusal PAYMENT_UNDER_WAY */
async function lookUp(deps: Deps, id: SigningId): Promise<WorkflowData> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readSigning(deps, id);
    const change = await overdueChange(deps, seen);
    if (change === undefined) return placeOf(seen, deps.clock.now());
    const after = await tryChange(deps, seen, change, SYSTEM);
    if (after !== undefined) return placeOf(after, deps.clock.now());
    await refuseWhilePaying(deps, seen);
  }
  throw houseErrors.refusal('CONFLICT');
}

async function readSigning({ table }: Deps, id: SigningId): Promise<Signing> {
  const seen = await signings.get(table, id, { consistent: true });
  if (seen === undefined) throw signingErrors.refusal('SIGNING_NOT_FOUND');
  return seen;
}

export const tasks: Readonly<Record<string, Task>> = {
  ask: {
    input: contract.askInput,
    output: contract.nothing,
    handle: async (deps, input, { taskToken }) => {
      if (taskToken === undefined) throw new Error('a state asks and passes no token');
      await ask(deps, { ...contract.askInput.parse(input), token: taskToken });
      return {};
    },
  },
  'look-up': {
    input: contract.placeInput,
    output: contract.placeOutput,
    handle: (deps, input) => lookUp(deps, contract.placeInput.parse(input)),
  },
};
