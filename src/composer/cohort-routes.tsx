import { Hono } from "hono";
import { chooseCohort } from "../delivery/delivery";
import { type MemberEnv, memberCan } from "../groups/web";
import { cohortDays } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { Key } from "../ui/i18n";
import { hrefOf, MAILING_PATH, mailingIn } from "./web";

const FORM_BYTES_MAX = 16 * 1024;

/** What an organiser decides of a cohort, as the address of the page says it was done. */
export const cohortsDone: Record<string, Key> = {
  cohort_send: "cohorts.done.send",
  cohort_leave: "cohorts.done.leave",
  cohort_test: "cohorts.done.test",
};

/** A cohort of a test down the list gets the winner, or does not, whatever its sample says. */
export const cohortRoutes = new Hono<MemberEnv>();

cohortRoutes.post(`${MAILING_PATH}/cohorts`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const cohort = cohortDays.findIndex((_, index) => String(index + 1) === single(values, "cohort")) + 1;
  const way = (["send", "leave", "test"] as const).find((each) => each === single(values, "choice"));
  if (cohort === 0 || !way || !mailing.frozen?.cohorts) throw new AppError("bad_request");
  const choice = way === "test" ? null : way;
  const isDone = await chooseCohort(ctx, group, mailing, { cohort, choice, by: account.no });
  const said = isDone ? `done=cohort_${way}` : "not=moved_on";
  return c.redirect(`${hrefOf(c, mailing, "progress")}?${said}`, 303);
});
