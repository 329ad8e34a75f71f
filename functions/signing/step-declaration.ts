import type * as z from 'zod/mini';
import type { Stepping } from '../../shared/access/acting.ts';
import type { Schema } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Signing, SigningId } from './store.ts';

/** A step of a signing as a route: by the resident, or by a doctor of the team. */
export interface StepDeclaration<B extends Schema> {
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  readonly errors?: readonly string[];
  readonly take: (deps: Deps, id: SigningId, body: z.output<B>, stepping: Stepping) => Promise<Signing>;
}
