import type { Context } from '../../context.ts';
import { TableUnavailable } from '../../data/table-errors.ts';
import { houseErrors, Refusal } from '../../kernel/errors.ts';
import { logEntry } from '../../observability/log.ts';
import type { Step } from '../exchange.ts';
import { encode } from '../response.ts';

const DEFECT = logEntry('HTTP_DEFECT', 'an unexpected error ended a request');
const UNAVAILABLE = logEntry('HTTP_UNAVAILABLE', 'the table or a provider did not answer');

/** The only place that turns an error into HTTP. What is not a `Refusal` says nothing about itself to the caller. */
export function mapErrors(context: Context): Step {
  return {
    onError: (request) => {
      const { deps, requestId, http } = request.event;
      const error = request.error ?? new Error('unknown');
      let refusal: Refusal;
      if (error instanceof Refusal) {
        refusal = error;
      } else if (error instanceof TableUnavailable) {
        refusal = houseErrors.refusal('UNAVAILABLE');
        deps.log.warn(UNAVAILABLE, { context: context.name, requestId }, error);
      } else {
        refusal = houseErrors.refusal('INTERNAL');
        deps.log.error(DEFECT, { context: context.name, requestId }, error);
      }
      const { reasons, fields, context: facts } = refusal.details;
      request.response = encode(http, refusal.status, {
        code: refusal.code,
        message: refusal.message,
        requestId,
        ...(fields === undefined ? {} : { fields }),
        ...(reasons === undefined ? {} : { reasons }),
        ...(facts === undefined ? {} : { context: facts }),
      });
    },
  };
}
