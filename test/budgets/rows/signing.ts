import type { Units } from '../../support/meter.ts';

export const signing: Readonly<Record<string, Units>> = {
  'GET /signing/packages': [0, 0, 0],
  'GET /signing/care-teams/{careTeamId}': [1, 0, 0.5],
  'POST /signing/patients/{patientId}/signings': [6, 13, 4.5],
  'GET /signing/patients/{patientId}/signings': [4, 1, 2],
  'GET /signing/patients/{patientId}/signings/{signingId}': [5, 1, 3.5],
  'POST /signing/patients/{patientId}/signings/{signingId}/signature': [5, 6, 3.5],
  'POST /signing/patients/{patientId}/signings/{signingId}/withdrawal': [5, 13, 3.5],
  'POST /signing/patients/{patientId}/signings/{signingId}/renewal-packages': [9, 11, 6.5],
  'POST /signing/patients/{patientId}/signings/{signingId}/termination': [7, 12, 4.5],
  'POST /signing/patients/{patientId}/signings/{signingId}/termination-recall': [5, 10, 3.5],
  'POST /signing/patients/{patientId}/signings/{signingId}/uses': [7, 8, 5.5],
  'GET /signing/institutions/{institutionId}/care-teams/{careTeamId}/desks/{desk}': [4, 1, 1.5],
  'GET /signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}': [4, 1, 2.5],
  'POST /signing/institutions/{institutionId}/patients/{patientId}/signings': [6, 17, 4.5],
  'POST /signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}/review': [7, 11, 4.5],
  'POST /signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}/signature': [
    7, 24, 5.5,
  ],
  'POST /signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}/termination': [
    7, 12, 4.5,
  ],
  'POST /signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}/termination-recall': [
    5, 10, 3.5,
  ],
  'POST /signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}/death': [6, 21, 4.5],
  'PUT /signing/institutions/{institutionId}/patients/{patientId}/health-record': [3, 9, 2],
  'GET /signing/institutions/{institutionId}/patients/{patientId}/health-record': [2, 1, 1],
  'GET /signing/institutions/{institutionId}/divisions/{divisionCode}/must-cover': [2, 0, 1],
  'GET /signing/institutions/{institutionId}/divisions/{divisionCode}/rates': [3, 0, 2],
  'GET /signing/institutions/{institutionId}/rates': [4, 0, 2],
  'PUT /signing/institutions/{institutionId}/divisions/{divisionCode}/population': [2, 1, 0.5],
  'POST /signing/institutions/{institutionId}/health-record-register': [2, 9, 2],
  'POST /signing/institutions/{institutionId}/signing-register': [3, 19, 3],
};
