import type { Context } from '../shared/context.ts';

/** The one list of contexts: CDK, the build, the laptop, OpenAPI and the tests read it here. */
export const contexts: readonly Context[] = [];
