import type { Units } from '../../support/meter.ts';

export const followup: Readonly<Record<string, Units>> = {
  'GET /followup/questionnaires/{questionnaireId}': [0, 0, 0],
  'GET /followup/patients/{patientId}/plans': [4, 1, 3],
  'POST /followup/patients/{patientId}/plans': [6, 10, 5],
  'GET /followup/patients/{patientId}/plans/{planId}': [4, 1, 3],
  'GET /followup/patients/{patientId}/plans/{planId}/tasks': [3, 1, 1.5],
  'GET /followup/patients/{patientId}/plans/{planId}/trends': [5, 1, 3.5],
  'POST /followup/patients/{patientId}/plans/{planId}/end': [5, 8, 4],
  'GET /followup/patients/{patientId}/plans/{planId}/referral-draft': [5, 1, 4],
  'POST /followup/patients/{patientId}/plans/{planId}/tasks/{taskId}/answer': [9, 15, 10],
  'POST /followup/patients/{patientId}/plans/{planId}/tasks/{taskId}/deferral': [7, 6, 6],
  'POST /followup/patients/{patientId}/plans/{planId}/tasks/{taskId}/cancellation': [7, 10, 6],
  'GET /followup/institutions/{institutionId}/care-teams/{careTeamId}/panel': [3, 0, 1.5],
  'GET /followup/institutions/{institutionId}/care-teams/{careTeamId}/panel/{view}': [3, 1, 1],
  'GET /followup/institutions/{institutionId}/patients/{patientId}/plans/{planId}': [3, 1, 2],
  'POST /followup/institutions/{institutionId}/patients/{patientId}/plans/{planId}/tasks/{taskId}/answer': [
    7, 14, 6,
  ],
  'GET /followup/institutions/{institutionId}/finished/{month}': [3, 1, 1],
};
