import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { changeGroup, contextOf, makeGroup, settled } from "../../test/groups";
import { withoutD1, withoutKv } from "../../test/refusing";
import { forgetSite, forgetSitesHeld, groupByHost, groupByHostNow, publishSite } from "./tenant";

beforeEach(forgetSitesHeld);

test("a host leads to its group and no other", async () => {
  const [one, other] = [await makeGroup(), await makeGroup()];
  expect(await groupByHost(contextOf(), one.host)).toEqual(one.group);
  expect(await groupByHost(contextOf(), other.host)).toEqual(other.group);
});

test("a new isolate without D1 finds a published group in KV", async () => {
  const { group, host } = await makeGroup();
  await publishSite(contextOf(), group);
  forgetSitesHeld();
  expect(await groupByHost(contextOf(withoutD1(env)), host)).toEqual(group);
});

test("what was found in the directory is written to KV", async () => {
  const { group, host } = await makeGroup();
  await groupByHost(contextOf(), host);
  await settled();
  forgetSitesHeld();
  expect(await groupByHost(contextOf(withoutD1(env)), host)).toEqual(group);
});

test("without KV the directory answers", async () => {
  const { group, host } = await makeGroup();
  expect(await groupByHost(contextOf(withoutKv(env)), host)).toEqual(group);
});

test("without KV and D1 memory answers, however old", async () => {
  const { group, host } = await makeGroup();
  await groupByHost(contextOf(), host);
  const muchLater = Date.now() + 86_400_000;
  expect(await groupByHost(contextOf(withoutKv(withoutD1(env)), muchLater), host)).toEqual(group);
});

test("without KV, D1 and memory the host is unavailable, not unknown", async () => {
  const { host } = await makeGroup();
  await expect(groupByHost(contextOf(withoutKv(withoutD1(env))), host)).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(groupByHostNow(host, Date.now())).toBeUndefined();
});

test("an unknown host is nobody's, and is not asked for again for 30 s", async () => {
  const now = Date.now();
  expect(await groupByHost(contextOf(env, now), "nobody.localhost")).toBeNull();
  expect(
    await groupByHost(contextOf(withoutKv(withoutD1(env)), now + 29_999), "nobody.localhost"),
  ).toBeNull();
  await expect(
    groupByHost(contextOf(withoutKv(withoutD1(env)), now + 30_000), "nobody.localhost"),
  ).rejects.toThrow();
});

test.each([
  "localhost",
  "",
  "a b.localhost",
  "../x.localhost",
  `${"a".repeat(64)}.localhost`,
  "x..localhost",
  "ünknown.localhost",
])("the host %j costs no look-up", async (host) => {
  expect(await groupByHost(contextOf(withoutKv(withoutD1(env))), host)).toBeNull();
});

test("publishing a change shows at once here, and everywhere through KV", async () => {
  const { group, host } = await makeGroup();
  await groupByHost(contextOf(), host);
  await changeGroup(group, { status: "suspended" });
  await publishSite(contextOf(), group);
  expect((await groupByHost(contextOf(), host))?.status).toBe("suspended");
  forgetSitesHeld();
  expect((await groupByHost(contextOf(withoutD1(env)), host))?.status).toBe("suspended");
});

test("a forgotten host is asked for in the directory again", async () => {
  const { group, host } = await makeGroup();
  await publishSite(contextOf(), group);
  await forgetSite(contextOf(), host);
  await expect(groupByHost(contextOf(withoutD1(env)), host)).rejects.toMatchObject({ code: "unavailable" });
});
