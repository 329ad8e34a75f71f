import type { Context } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { createApi } from '../../shared/http/api.ts';
import { createWorker } from '../../shared/worker.ts';
import { withStepFunctions } from '../../shared/workflows/step-functions.ts';
import { usesWorkflows } from '../../shared/workflows/workflows.ts';
import { invoke, type LambdaHandler } from './lambda.ts';

/** Both Lambda functions of every context, in this process. */
export interface LocalFunctions {
  /** Undefined where no context has that name. */
  invokeApi(context: string, event: unknown): Promise<unknown> | undefined;
  invokeWorker(context: string, event: unknown): Promise<unknown>;
}

/** As the functions on AWS. */
const API_SECONDS = 10;
const WORKER_SECONDS = 60;

export function createFunctions(city: string, contexts: readonly Context[], deps: Deps): LocalFunctions {
  const made = new Map(
    contexts.map((context) => [
      context.name,
      {
        // Each takes a narrower event than `invoke` knows of; what crosses is JSON either way.
        api: createApi(context, deps) as unknown as LambdaHandler,
        worker: createWorker(withWorkflows(context), deps) as unknown as LambdaHandler,
      },
    ]),
  );
  return {
    invokeApi(context, event) {
      const handlers = made.get(context);
      if (handlers === undefined) return undefined;
      const settings = { functionName: `${city}-${context}-api`, timeoutSeconds: API_SECONDS };
      return invoke(handlers.api, event, settings);
    },
    async invokeWorker(context, event) {
      const handlers = made.get(context);
      if (handlers === undefined) throw new Error(`no context ${context}`);
      const settings = { functionName: `${city}-${context}-worker`, timeoutSeconds: WORKER_SECONDS };
      return invoke(handlers.worker, event, settings);
    },
  };
}

/** As the entries of the contexts do on AWS. */
function withWorkflows(context: Context): Context {
  return usesWorkflows(context.workflows) ? withStepFunctions(context) : context;
}
