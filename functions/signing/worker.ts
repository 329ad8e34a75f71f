import { createWorker } from '../../shared/worker.ts';
import { withStepFunctions } from '../../shared/workflows/step-functions.ts';
import { signing } from './context.ts';

export const handler = createWorker(withStepFunctions(signing));
