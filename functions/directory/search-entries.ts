import type { Key } from '../../shared/data/table.ts';
import { titleOrder } from './rules.ts';
import { categoryAndAbove } from './service-categories.ts';
import type { Card, Practitioner, Site } from './store.ts';

/**
 * The ways in to a practitioner, each an item of its own with the card to show: nothing is ever scanned.
 * An active doctor has, per site, one entry in the roster, one under the name, one or two under the service
 * category and one per disease tag; an inactive one stays in the roster only.
 */
export interface SearchEntry {
  readonly key: Key;
  readonly card: Card;
}

/** Everybody at an institution, best title first. */
export function rosterKey(institutionId: string): string {
  return `directory#roster#${institutionId}`;
}

/** A service category of either level; sorted by county, then title. */
export function categoryKey(code: string): string {
  return `directory#category#${code}`;
}

/** Sorted by county, then title. */
export function tagKey(tag: string): string {
  return `directory#tag#${tag}`;
}

/** All names that begin with one character, sorted by name. */
export function nameKey(name: string): string {
  const [first = ''] = name;
  return `directory#name#${first}`;
}

export function entriesOf(practitioner: Practitioner): readonly SearchEntry[] {
  return practitioner.sites.flatMap((site) => siteEntries(practitioner, site));
}

function siteEntries(practitioner: Practitioner, site: Site): readonly SearchEntry[] {
  const { practitionerId, name, title, familyDoctor, diseaseTags, active } = practitioner;
  const { institutionId, departmentId, serviceCategory, county } = site;
  const card: Card = {
    practitionerId,
    name,
    title,
    familyDoctor,
    diseaseTags,
    institutionId,
    departmentId,
    serviceCategory,
    active,
  };
  const order = titleOrder(title);
  const roster = { pk: rosterKey(institutionId), sk: `${order}#${practitionerId}` };
  if (!active) return [{ key: roster, card }];
  const byCounty = `${county}#${order}#${institutionId}#${practitionerId}`;
  return [
    { key: roster, card },
    { key: { pk: nameKey(name), sk: `${name}#${institutionId}#${practitionerId}` }, card },
    ...categoryAndAbove(serviceCategory).map((code) => ({
      key: { pk: categoryKey(code), sk: byCounty },
      card,
    })),
    ...diseaseTags.map((tag) => ({ key: { pk: tagKey(tag), sk: byCounty }, card })),
  ];
}
