/** The one list of contexts: CDK, the build, the laptop, OpenAPI and the tests read it here. */
import { booking } from '../functions/booking/context.ts';
import type { Context } from '../shared/context.ts';

export const contexts: readonly Context[] = [booking];
