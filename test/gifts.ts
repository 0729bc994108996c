import type { Action } from "../src/actions/types";
import { fundraiser } from "../src/fundraisers/fundraiser";
import type { FundraiserSettings } from "../src/fundraisers/types";
import { publishSite } from "../src/groups/tenant";
import { makeForm } from "./forms";
import { contextOf, makeGroup } from "./groups";
import { publicSite } from "./public-site";

/** A group with one fundraiser, published at its host, and the pages that serve it. */
export async function makeGiftSite(
  settings: Partial<FundraiserSettings> = {},
  ofGroup: Parameters<typeof makeGroup>[0] = {},
  locale: Action["locale"] = "en",
) {
  const { group, host } = await makeGroup(ofGroup);
  const action = await makeForm(group, fundraiser, [], settings, locale);
  await publishSite(contextOf(), group);
  const site = publicSite(undefined, [fundraiser]);
  const url = `http://${host}:8787/fundraisers/${action.slug}`;
  return { ...site, group, host, action, url };
}

/** What somebody who gives fills in. */
export const gift = {
  ...{ amount: "2500", rhythm: "once", currency: "CAD" },
  ...{ givenName: "Amina", familyName: "Sow", email: "amina@supporters.example", country: "CA" },
  consent: "yes",
};
