import {
  type FollowupPolicy,
  followupPolicy,
  questionnairePolicy,
  type Template,
} from '../../../functions/followup/policy.ts';
import type { Questionnaire } from '../../../functions/followup/questionnaire.ts';
import { type CityName, cityNamed } from '../../support/city-policy.ts';

export function policyOf(city: CityName = 'demo'): FollowupPolicy {
  return cityNamed(city).policy(followupPolicy).at('2026-03-02');
}

export function templateNamed(name: string, policy = policyOf()): Template {
  const found = policy.templates.find(({ template }) => template === name);
  if (found === undefined) throw new Error(`no template ${name}`);
  return found;
}

export function questionnaires(city: CityName = 'demo'): readonly Questionnaire[] {
  return cityNamed(city).policy(questionnairePolicy).at('2026-03-02').questionnaires;
}
