import type { Units } from '../../support/meter.ts';

export const referral: Readonly<Record<string, Units>> = {
  'POST /referral/patients/{patientId}/referrals': [19, 17, 14],
  'GET /referral/patients/{patientId}/referrals': [5, 1, 3],
  'GET /referral/patients/{patientId}/referrals/{referralId}': [11, 1, 9.5],
  'POST /referral/patients/{patientId}/referrals/{referralId}/withdrawal': [11, 8, 9.5],
  'GET /referral/institutions/{institutionId}/gate': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/applicant': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/centre': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/community': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/pending': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/arrivals': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/treatment': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/first-visits': [4, 1, 2],
  'GET /referral/institutions/{institutionId}/sent': [5, 1, 2.5],
  'GET /referral/institutions/{institutionId}/counts': [2, 0, 1],
  'GET /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}': [10, 1, 8.5],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals': [17, 13, 12.5],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/emergencies': [18, 19, 13.5],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/gate-decision': [
    10, 11, 8,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/supplement': [
    10, 11, 8,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/centre-decision': [
    10, 7, 8,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/community-decision':
    [10, 7, 8],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/arrival': [
    10, 8, 8,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/treatment': [
    10, 6, 8.5,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/completion': [
    10, 12, 8.5,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/first-visit': [
    10, 9, 8,
  ],
  'POST /referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/death': [
    10, 4, 8.5,
  ],
};
