import { accountOf } from '../../shared/access/acting.ts';
import type { Call } from '../../shared/context.ts';
import type { Doer } from './appointment-event.ts';

export function doerOf(call: Pick<Call, 'actor' | 'traceparent'>): Doer {
  return { by: accountOf(call), traceparent: call.traceparent };
}
