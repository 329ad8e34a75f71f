import type { Units } from '../../support/meter.ts';

export const notification: Readonly<Record<string, Units>> = {
  'GET /notification/messages': [3, 2, 0.5],
  'GET /notification/subscriptions': [2, 0, 10.5],
  'POST /notification/consents': [3, 4, 10.5],
  'PUT /notification/preferences': [3, 1, 10.5],
  'GET /notification/institutions/{institutionId}/phone-tasks': [2, 1, 0.5],
  'POST /notification/institutions/{institutionId}/phone-tasks/{recipientId}/{messageId}/claim': [5, 7, 3],
  'POST /notification/institutions/{institutionId}/phone-tasks/{recipientId}/{messageId}/done': [3, 9, 1],
  'POST /notification/institutions/{institutionId}/phone-tasks/{recipientId}/{messageId}/unreachable': [
    3, 7, 1,
  ],
  'POST /notification/institutions/{institutionId}/phone-tasks/{recipientId}/{messageId}/release': [3, 7, 1],
  'GET /notification/counts': [1, 0, 16],
};
