import type { Deps } from '../../shared/deps.ts';
import { type Signing, type SigningId, signings } from './store.ts';
import type { Stop } from './transitions.ts';
import { placeOf, wentStraight } from './waits.ts';

export const MACHINE = 'signing';

/** What a waiting state is failed with when the signing did not go straight on: it looks up where it stands. */
export const ELSEWHERE = 'SIGNING_ELSEWHERE';

const SCOPE = 'signing';

/** An application is an execution, and so is every renewal window: none lasts a year. */
export function executionName({ signingId, runs }: Pick<Signing, 'signingId' | 'runs'>): string {
  return `${signingId}-${runs}`;
}

export function sealToken({ cipher }: Deps, id: SigningId, token: string): Promise<string> {
  return cipher.seal(SCOPE, tokenField(id), token);
}

/** Lets the machine go on where the signing has left the step it waits in. The item is the truth. */
export async function answerMachine(deps: Deps, signing: Signing): Promise<void> {
  const { token, turn } = signing;
  if (token === undefined || token.turn === turn) return;
  await answer(deps, signing, token.at, await deps.cipher.open(SCOPE, tokenField(signing), token.sealed));
}

/** Tells the state that waits at `at` what became of the signing. */
export async function answer(deps: Deps, signing: Signing, at: Stop, token: string): Promise<void> {
  if (!wentStraight(signing, at)) await deps.workflows.fail(token, ELSEWHERE);
  else await deps.workflows.succeed(token, placeOf(signing, deps.clock.now()));
}

function tokenField(id: SigningId): { readonly item: string; readonly field: string } {
  const { pk, sk } = signings.key(id);
  return { item: `${pk}|${sk}`, field: 'token' };
}
