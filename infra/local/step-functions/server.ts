import { type ServedService, serveAwsJson } from '../http/aws-json.ts';
import { operations } from './api.ts';
import { LAPTOP, type Place } from './arn.ts';
import type { Engine } from './engine.ts';
import { SfnRefusal } from './errors.ts';

/** Serves an engine by the JSON 1.0 API that `@aws-sdk/client-sfn` speaks: for `AWS_ENDPOINT_URL_SFN`. */
export function serveStepFunctions({
  engine,
  place = LAPTOP,
  port = 0,
}: {
  engine: Engine;
  place?: Place;
  port?: number;
}): Promise<ServedService> {
  const known = operations(engine, place);
  const service = {
    version: '1.0',
    target: 'AWSStepFunctions',
    mostBytes: 8 * 1024 * 1024,
    failure: new SfnRefusal('InternalFailure', 'the workflow engine has stopped'),
    answer(operation: string, body: unknown) {
      const found = known.get(operation);
      if (found !== undefined) return found.run(body);
      throw new SfnRefusal(
        'UnknownOperationException',
        `the local Step Functions does not know ${operation}`,
      );
    },
  };
  return serveAwsJson(service, port);
}
