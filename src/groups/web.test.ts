import { describe, expect, it } from "vitest";
import { newAddress } from "../../test/platform-host";
import { makeTeam } from "../../test/teams";

const pages = [
  "/settings",
  "/settings/looks",
  "/settings/looks/logo",
  "/settings/members",
  "/settings/history",
];
const posts = [
  "/settings",
  "/settings/looks",
  "/settings/looks/undo",
  "/settings/looks/pictures",
  "/settings/looks/logo",
  "/settings/looks/logo/removal",
  "/settings/members/1/role",
  "/settings/members/1/removal",
  "/settings/invitations",
  "/settings/invitations/00000000-0000-7000-8000-000000000000/resending",
  "/settings/invitations/00000000-0000-7000-8000-000000000000/cancellation",
];

describe("the pages of a group", () => {
  it("are not there for whoever is no member, as those of no group are not", async () => {
    const { host, base } = await makeTeam();
    const stranger = host.visitor();
    await stranger.signIn(newAddress("stranger"));
    for (const path of [...pages, "/departure"]) {
      const there = await stranger.send(base + path, { method: path === "/departure" ? "POST" : "GET" });
      const nowhere = await stranger.send(`/groups/no-such-group${path}`, {
        method: path === "/departure" ? "POST" : "GET",
      });
      expect([there.status, await there.text()]).toEqual([404, await nowhere.text()]);
    }
    for (const path of posts) expect((await stranger.post(base + path)).status).toBe(404);
  });

  it("ask whoever is not signed in to do so", async () => {
    const { host, base } = await makeTeam();
    for (const path of pages) {
      const response = await host.visitor().get(base + path);
      expect(response.headers.get("Location")).toBe(`/sign-in?next=${encodeURIComponent(base + path)}`);
    }
    for (const path of posts)
      expect((await host.visitor().post(base + path)).headers.get("Location")).toBe("/sign-in");
  });

  it("of settings, members and history are closed to organisers, who never see people's data", async () => {
    const { organiser, base } = await makeTeam();
    for (const path of pages) expect([path, (await organiser.get(base + path)).status]).toEqual([path, 403]);
    for (const path of posts) expect([path, (await organiser.post(base + path)).status]).toEqual([path, 403]);
  });

  it.each(["../other", "a%00b", "%F0%9F%8C%8A", "x".repeat(300), "'--", "UPPER"])(
    "do not exist for %j",
    async (slug) => {
      const { owner } = await makeTeam();
      expect((await owner.get(`/groups/${slug}/settings`)).status).toBe(404);
    },
  );

  it.each(["en", "fr", "es"])("are whole in %s", async (lang) => {
    const { owner, base } = await makeTeam();
    for (const path of ["/settings", "/settings/members", "/settings/history"]) {
      const response = await owner.get(`${base}${path}?lang=${lang}`);
      const page = await response.text();
      expect(response.status).toBe(200);
      expect(page).toContain(`<html lang="${lang}"`);
      expect(page).not.toMatch(/groups\.[a-z]+\.|common\.[a-z]+\.|\{\{/);
      expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    }
  });
});
