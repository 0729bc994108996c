import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { storeAnswers } from "../../test/forms";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { dbFor } from "../groups/shard";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let href: string;

beforeAll(async () => {
  team = await makeOrganisers();
  const db = dbFor(contextOf().env, team.group);
  await env.DIRECTORY.prepare("UPDATE groups SET postal_address = '1 Main Street' WHERE group_no = ?")
    .bind(team.group.no)
    .run();
  const petition = await makePetition(team.group, { settings: { targets: [] } });
  await storeAnswers(team.group, petition.no, [{ email: "amina@supporters.example" }]);
  await db.d1.prepare("UPDATE people SET email_status = 1 WHERE group_no = ?").bind(team.group.no).run();
  const begun = await team.owner.post(`${team.base}/mailings/new`, {});
  href = begun.headers.get("Location") ?? "";
  await team.owner.post(href, {
    ...{ version: "1", fromName: "Rosa", subject: "Hi", preview: "Now", plain: "" },
    ...{ form: "markdown", bodyForm: "markdown", body: `Tell {{ targets.a${petition.no} }}.` },
  });
  await team.owner.post(`${href}/target`, { "i:join": "all", "e:join": "any" });
});

it("says before a mailing is sent for how many the names of targets are blank, to whoever may see people", async () => {
  const says = async (who: "owner" | "organiser") =>
    /1 person has nothing in “Whom “[^<]+” is addressed to \(names\)”/.test(
      await (await team[who].get(`${href}/review`)).text(),
    );
  expect([await says("owner"), await says("organiser")]).toEqual([true, false]);
});
