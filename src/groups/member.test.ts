import { describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { newAddress } from "../../test/platform-host";
import { actsOf, addMember, makeTeam, roleNow, type Team } from "../../test/teams";
import { accountFor } from "../accounts/account";
import { changeRole, removeMember } from "./member";

function setRole(team: Team, by: "owner" | "administrator", whom: number, role: string) {
  return team[by].post(`${team.base}/settings/members/${whom}/role`, { role });
}

function remove(team: Team, by: "owner" | "administrator", whom: number) {
  return team[by].post(`${team.base}/settings/members/${whom}/removal`);
}

describe("the list of members", () => {
  it("shows everyone with their role and last sign-in, and marks whoever looks", async () => {
    const team = await makeTeam();
    const page = await (await team.administrator.get(`${team.base}/settings/members`)).text();
    for (const email of Object.values(team.emails)) expect(page).toContain(email);
    expect(page).toContain("3 people can work in this group.");
    expect(page.match(/<span class="status status-good">You<\/span>/g)).toHaveLength(1);
  });

  it("offers an administrator nothing about the owner", async () => {
    const team = await makeTeam();
    const page = await (await team.administrator.get(`${team.base}/settings/members`)).text();
    expect(page).not.toContain(`members/${team.numbers.owner}/role`);
    expect(page).not.toContain(`members/${team.numbers.owner}/removal`);
    // Whoever invites sees what each role may do beside it.
    expect(page).toContain('name="role" value="organiser"');
    expect(page).toContain(`members/${team.numbers.organiser}/role`);
    expect(page).not.toContain('<option value="owner"');
  });
});

describe("a role", () => {
  it("is changed, recorded, and holds from the next request", async () => {
    const team = await makeTeam();
    const changed = await setRole(team, "administrator", team.numbers.organiser, "administrator");
    expect(changed.headers.get("Location")).toBe(`${team.base}/settings/members?done=role`);
    expect((await team.organiser.get(`${team.base}/settings`)).status).toBe(200);
    expect(await actsOf(team.group)).toEqual([
      { act: "member.role", subject: team.emails.organiser, by: team.numbers.administrator },
    ]);
  });

  it.each([
    ["an administrator", "administrator", "organiser", "owner"],
    ["an administrator", "administrator", "owner", "organiser"],
    ["an administrator", "administrator", "administrator", "owner"],
  ] as const)("cannot be raised or lowered past %s by one", async (_, by, whom, to) => {
    const team = await makeTeam();
    const refused = await setRole(team, by, team.numbers[whom], to);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("Only an owner can do that.");
    expect(await roleNow(team.group, team.numbers[whom])).toBe(whom);
    expect(await actsOf(team.group)).toEqual([]);
  });

  it.each(["", "god", "owner,administrator", "__proto__"])("named %j is refused", async (role) => {
    const team = await makeTeam();
    expect((await setRole(team, "owner", team.numbers.organiser, role)).status).toBe(422);
    expect(await roleNow(team.group, team.numbers.organiser)).toBe("organiser");
  });

  it("of somebody who is no member, here or elsewhere, cannot be changed", async () => {
    const [team, other] = [await makeTeam(), await makeTeam()];
    expect((await setRole(team, "owner", other.numbers.organiser, "administrator")).status).toBe(409);
    expect(await roleNow(other.group, other.numbers.organiser)).toBe("organiser");
    expect(await roleNow(team.group, other.numbers.organiser)).toBeNull();
    expect(
      (await team.owner.post(`${team.base}/settings/members/x/role`, { role: "organiser" })).status,
    ).toBe(404);
  });
});

describe("the last owner", () => {
  it("can neither step down nor leave nor be removed", async () => {
    const team = await makeTeam();
    const tries = [
      await setRole(team, "owner", team.numbers.owner, "organiser"),
      await team.owner.post(`${team.base}/departure`),
      await remove(team, "owner", team.numbers.owner),
    ];
    for (const response of tries) {
      expect(response.status).toBe(409);
      expect(await response.text()).toContain("A group needs an owner.");
    }
    expect(await roleNow(team.group, team.numbers.owner)).toBe("owner");
    expect(await actsOf(team.group)).toEqual([]);
  });

  it("is left when two owners step down at the same moment", async () => {
    const team = await makeTeam();
    const second = (await accountFor(contextOf(), newAddress(), { locale: "en", timeZone: "UTC" })).no;
    await addMember(team.group, second, "owner");
    const both = await Promise.all(
      [team.numbers.owner, second].map((no) =>
        changeRole(contextOf(), team.group, { account: { no }, role: "owner" }, no, "organiser"),
      ),
    );
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    const roles = [await roleNow(team.group, team.numbers.owner), await roleNow(team.group, second)];
    expect(roles.sort()).toEqual(["organiser", "owner"]);
  });

  it("is left when two owners remove each other at the same moment", async () => {
    const team = await makeTeam();
    const second = (await accountFor(contextOf(), newAddress(), { locale: "en", timeZone: "UTC" })).no;
    await addMember(team.group, second, "owner");
    const pairs = [
      [team.numbers.owner, second],
      [second, team.numbers.owner],
    ] as const;
    const both = await Promise.all(
      pairs.map(([no, other]) =>
        removeMember(contextOf(), team.group, { account: { no }, role: "owner" }, other),
      ),
    );
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("may go once there is another", async () => {
    const team = await makeTeam();
    await setRole(team, "owner", team.numbers.administrator, "owner");
    expect((await team.owner.post(`${team.base}/departure`)).headers.get("Location")).toBe("/");
    expect(await roleNow(team.group, team.numbers.owner)).toBeNull();
  });
});

describe("a member removed", () => {
  it("loses access at once, and that is recorded", async () => {
    const team = await makeTeam();
    expect((await remove(team, "administrator", team.numbers.organiser)).status).toBe(303);
    expect((await team.organiser.post(`${team.base}/departure`)).status).toBe(404);
    expect((await actsOf(team.group))[0]).toMatchObject({
      act: "member.removed",
      subject: team.emails.organiser,
    });
  });

  it("twice is told that somebody else did it", async () => {
    const team = await makeTeam();
    await remove(team, "owner", team.numbers.organiser);
    expect((await remove(team, "owner", team.numbers.organiser)).status).toBe(409);
  });

  it("may not be the owner when an administrator asks", async () => {
    const team = await makeTeam();
    expect((await remove(team, "administrator", team.numbers.owner)).status).toBe(403);
    expect(await roleNow(team.group, team.numbers.owner)).toBe("owner");
  });

  it("by their own wish has left", async () => {
    const team = await makeTeam();
    expect((await team.organiser.post(`${team.base}/departure`)).status).toBe(303);
    expect((await actsOf(team.group))[0]?.act).toBe("member.left");
  });
});
