import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { wordsGrounds } from "../mailings/content";
import { isLocked } from "../mailings/content/slots";
import { saveSettings, versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing, MailingColours } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { formatNumber } from "../ui/format";
import { READABLE } from "../ui/theme";
import { colourFields, colourNames, colourProblems, typedColours } from "./colour-form";
import { hrefOf, MAILING_PATH, type MemberContext, mailingIn, shardOf } from "./web";
import { writePage } from "./write-routes";

const FORM_BYTES_MAX = 4 * 1024;

/** The colours of one mail. */
export const colourRoutes = new Hono<MemberEnv>();

colourRoutes.post(`${MAILING_PATH}/colours`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const mailing = await mailingIn(c);
  if (mailing.status !== "draft") return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const colours = typedColours(values);
  const errors = await errorsOf(c, mailing, colours);
  if (Object.keys(errors).length > 0) return writePage(c, mailing, { colours, errors });
  const isSaved = await saveSettings(ctx, group, mailing, { settings: { colours } });
  if (!isSaved) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  // Back to the version that was being written.
  const query = new URL(c.req.url).searchParams;
  query.set("done", "saved");
  return c.redirect(`${hrefOf(c, mailing)}?${query}`, 303);
});

async function errorsOf(c: MemberContext, mailing: Mailing, colours: MailingColours): Promise<FieldErrors> {
  const { ctx, t, locale, group } = c.var;
  const db = shardOf(c);
  const [versions, wrapper] = await Promise.all([
    versionsOf(db, mailing.no),
    wrapperOf(db, mailing.settings.wrapperNo),
  ]);
  // What a template locked looks as the template says.
  if (versions.some(({ body }) => isLocked(body))) throw new AppError("forbidden");
  const grounds = await wordsGrounds(ctx, group, mailing, versions, wrapper);
  const problems = colourProblems(colours, { accent: group.settings.accent, grounds });
  return Object.fromEntries(
    colourNames.flatMap((name) => {
      const problem = problems[name];
      if (!problem) return [];
      if (problem.is === "no_colour") return [[colourFields[name], t("composer.colours.problem.noColour")]];
      const ratio = formatNumber(problem.ratio, locale);
      const least = formatNumber(READABLE, locale);
      const words = name === "words" ? "weakWords" : "weakButton";
      return [
        [
          colourFields[name],
          t(`composer.colours.problem.${words}`, { ratio, least, ground: problem.ground }),
        ],
      ];
    }),
  );
}
