import { describe, expect, test } from 'vitest';
import type { ChangeDeps } from '../../../functions/directory/change.ts';
import { createInstitution } from '../../../functions/directory/create-institution.ts';
import { onInstitutionChanged } from '../../../functions/directory/place-below.ts';
import { addPracticeSite } from '../../../functions/directory/practice-site.ts';
import { createAlliance, updateAlliance } from '../../../functions/directory/save-alliance.ts';
import { createCareTeam, updateCareTeam } from '../../../functions/directory/save-care-team.ts';
import {
  createDepartment,
  setDepartmentActive,
  updateDepartment,
} from '../../../functions/directory/save-department.ts';
import {
  createPractitioner,
  setPractitionerActive,
  updatePractitioner,
} from '../../../functions/directory/save-practitioner.ts';
import { setInstitutionActive } from '../../../functions/directory/set-institution-active.ts';
import { places } from '../../../functions/directory/store.ts';
import { updateInstitution } from '../../../functions/directory/update-institution.ts';
import { add, employ, institutionFacts, practitionerFacts, type Scene, smallCity } from './scene.ts';

/** The same table, where something else happens between what a change has read and what it writes. */
function meanwhile({ deps }: Scene, happens: () => Promise<unknown>): ChangeDeps {
  let happened = false;
  return {
    ...deps,
    table: {
      ...deps.table,
      transact: async (...call: Parameters<typeof deps.table.transact>) => {
        if (!happened) {
          happened = true;
          await happens();
        }
        return deps.table.transact(...call);
      },
    },
  };
}

const team = {
  name: '第一团队',
  leaderId: 'leader',
  memberIds: [],
  serviceArea: ['410425101'],
  capacity: 2000,
};
const alliance = { name: '医共体', kind: 'county', members: [], capabilities: [], exceptions: [] } as const;
const township = institutionFacts({ level: 'township', divisionCode: '410425102' });

describe('whoever writes second from one version is told so, and the first stays', () => {
  type Change = (
    deps: ChangeDeps,
    name: string,
  ) => Promise<{ readonly name: string; readonly version: number }>;
  const changes: readonly (readonly [string, Change])[] = [
    [
      'institution',
      (deps, name) =>
        updateInstitution(deps, { institutionId: 'hospital', version: 1, facts: institutionFacts({ name }) }),
    ],
    [
      'department',
      (deps, name) =>
        updateDepartment(deps, {
          institutionId: 'hospital',
          departmentId: 'surgery',
          version: 1,
          facts: { name, serviceCategory: '04.01' },
        }),
    ],
    [
      'practitioner',
      (deps, name) =>
        updatePractitioner(deps, {
          practitionerId: 'leader',
          institutionId: 'town',
          departmentId: 'general',
          version: 1,
          facts: practitionerFacts({ name, familyDoctor: true }),
        }),
    ],
    [
      'care team',
      (deps, name) =>
        updateCareTeam(deps, {
          institutionId: 'town',
          careTeamId: 'team',
          version: 1,
          facts: { ...team, name },
        }),
    ],
    [
      'alliance',
      (deps, name) =>
        updateAlliance(deps, {
          leadId: 'hospital',
          allianceId: 'county',
          version: 1,
          facts: { ...alliance, members: [], capabilities: [], exceptions: [], name },
        }),
    ],
  ];

  test.each(changes)('%s', async (_, change) => {
    const city = await smallCity();
    await employ(city.deps, 'leader', ['town', 'general'], { familyDoctor: true });
    await createCareTeam(city.deps, { institutionId: 'town', careTeamId: 'team', facts: team });
    const facts = { ...alliance, members: [], capabilities: [], exceptions: [] };
    await createAlliance(city.deps, { leadId: 'hospital', allianceId: 'county', facts });
    const late = meanwhile(city, () => change(city.deps, '先到的'));
    await expect(change(late, '后到的')).rejects.toMatchObject({ code: 'CONFLICT' });
    // The repeat of the winner's own change answers what stands.
    expect(await change(city.deps, '先到的')).toMatchObject({ name: '先到的', version: 2 });
  });
});

describe('nothing begins in what is switched off meanwhile', () => {
  const off = (city: Scene) =>
    setDepartmentActive(city.deps, {
      institutionId: 'clinic',
      departmentId: 'village-general',
      active: false,
      version: 1,
    });
  const allOff = async (city: Scene) => {
    await off(city);
    await setInstitutionActive(city.deps, { institutionId: 'clinic', active: false, version: 1 });
  };
  const register = (deps: ChangeDeps) =>
    createPractitioner(deps, {
      practitionerId: 'doctor',
      institutionId: 'clinic',
      departmentId: 'village-general',
      facts: practitionerFacts(),
    });

  test('no doctor in a department', async () => {
    const city = await smallCity();
    await expect(register(meanwhile(city, () => off(city)))).rejects.toMatchObject({
      code: 'PLACE_UNUSABLE',
      details: { reasons: [{ code: 'DEPARTMENT_INACTIVE' }] },
    });
    expect((await city.get('/directory/practitioners/doctor')).status).toBe(404);
  });

  test('no doctor in an institution, and both reasons are told', async () => {
    const city = await smallCity();
    await expect(register(meanwhile(city, () => allOff(city)))).rejects.toMatchObject({
      details: { reasons: [{ code: 'INSTITUTION_INACTIVE' }, { code: 'DEPARTMENT_INACTIVE' }] },
    });
  });

  test('no visiting doctor under a category that changed', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['far-hospital', 'cardiac']);
    const recode = () =>
      updateDepartment(city.deps, {
        institutionId: 'hospital',
        departmentId: 'surgery',
        version: 1,
        facts: { name: '胸外科', serviceCategory: '04.05' },
      });
    const visit = {
      institutionId: 'hospital',
      departmentId: 'surgery',
      practitionerId: 'doctor',
      version: 1,
    };
    await expect(addPracticeSite(meanwhile(city, recode), visit)).rejects.toMatchObject({
      code: 'PLACE_UNUSABLE',
    });
  });

  test('no department in an institution', async () => {
    const city = await smallCity();
    const facts = { name: '新科室', serviceCategory: '02' };
    const late = meanwhile(city, () => allOff(city));
    await expect(
      createDepartment(late, { institutionId: 'clinic', departmentId: 'new', facts }),
    ).rejects.toMatchObject({ details: { reasons: [{ code: 'INSTITUTION_INACTIVE' }] } });
  });

  test('no institution below a parent', async () => {
    const city = await smallCity();
    await add(city.deps, 'station', 'hospital', township);
    const late = meanwhile(city, () =>
      setInstitutionActive(city.deps, { institutionId: 'station', active: false, version: 1 }),
    );
    await expect(
      createInstitution(late, { institutionId: 'leaf', parentId: 'station', facts: township }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('no care team with a doctor who leaves', async () => {
    const city = await smallCity();
    await employ(city.deps, 'leader', ['town', 'general'], { familyDoctor: true });
    const late = meanwhile(city, () =>
      setPractitionerActive(city.deps, {
        practitionerId: 'leader',
        institutionId: 'town',
        active: false,
        version: 1,
      }),
    );
    await expect(
      createCareTeam(late, { institutionId: 'town', careTeamId: 'team', facts: team }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

test('nothing is switched off that comes into use meanwhile', async () => {
  const city = await smallCity();
  const department = { institutionId: 'clinic', departmentId: 'village-general' };
  const close = { ...department, active: false, version: 1 };
  const late = meanwhile(city, () => employ(city.deps, 'doctor', ['clinic', 'village-general']));
  await expect(setDepartmentActive(late, close)).rejects.toMatchObject({
    code: 'IN_USE',
    details: { reasons: [{ code: 'HAS_ACTIVE_PRACTITIONERS', detail: { count: 1 } }] },
  });
});

describe('a tree that changes meanwhile', () => {
  const moveTo = (deps: ChangeDeps, institutionId: string, parentId: string) =>
    updateInstitution(deps, { institutionId, version: 1, facts: township, parentId });

  async function twoBranches(): Promise<Scene> {
    const city = await smallCity();
    for (const branch of ['a', 'b']) {
      await add(city.deps, branch, 'hospital', township);
      await add(city.deps, `${branch}-leaf`, branch, township);
    }
    return city;
  }

  test('two moves, each below a descendant of the other, never tie a knot', async () => {
    const city = await twoBranches();
    const late = meanwhile(city, () => moveTo(city.deps, 'b', 'a-leaf'));
    await expect(moveTo(late, 'a', 'b-leaf')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a move below what its own move has not reached yet waits for it', async () => {
    const city = await twoBranches();
    await moveTo(city.deps, 'b', 'second-hospital');
    // The event arrives between what the second move has read and what it writes.
    const late = meanwhile(city, () => city.deliver());
    await expect(moveTo(late, 'a', 'b-leaf')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('an institution created below a moving one stands where that then stands', async () => {
    const city = await twoBranches();
    const late = meanwhile(city, async () => {
      await moveTo(city.deps, 'b', 'second-hospital');
      await city.deliver();
    });
    await expect(
      createInstitution(late, { institutionId: 'new', parentId: 'b-leaf', facts: township }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a late event writes no old place over a new one', async () => {
    const city = await twoBranches();
    await moveTo(city.deps, 'b', 'second-hospital');
    const event = city.events.at(-1);
    if (event === undefined) throw new Error('no event');
    const late = meanwhile(city, async () => {
      const back = { institutionId: 'b', version: 2, facts: township, parentId: 'town' };
      await updateInstitution(city.deps, back);
      await city.deliver();
    });
    await onInstitutionChanged(late, event);
    const { ancestors } = (await places.get(city.deps.table, 'b-leaf')) ?? {};
    expect(ancestors).toEqual(['b', 'town', 'hospital', 'county-office', 'city-office']);
  });

  test('a second delivery finishes what a first one left half done', async () => {
    const city = await twoBranches();
    await add(city.deps, 'b-twig', 'b-leaf', township);
    await moveTo(city.deps, 'b', 'second-hospital');
    const event = city.events.at(-1);
    if (event === undefined) throw new Error('no event');
    const cut = { ...city.deps.table };
    let writes = 0;
    const table = {
      ...cut,
      transact: async (...call: Parameters<typeof cut.transact>) => {
        writes += 1;
        if (writes > 1) throw new Error('the power went');
        return cut.transact(...call);
      },
    };
    await expect(onInstitutionChanged({ table }, event)).rejects.toThrow('the power went');
    await onInstitutionChanged(city.deps, event);
    const { ancestors } = (await places.get(city.deps.table, 'b-twig')) ?? {};
    expect(ancestors?.slice(0, 3)).toEqual(['b-leaf', 'b', 'second-hospital']);
  });

  test('an event of a change that moved nothing reads no tree', async () => {
    const city = await twoBranches();
    const event = city.events.at(-1);
    if (event === undefined) throw new Error('no event');
    const table = {
      ...city.deps.table,
      query: () => {
        throw new Error('read the tree');
      },
    };
    await onInstitutionChanged({ table }, event);
  });
});
