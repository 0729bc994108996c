import { Hono } from "hono";
import { z } from "zod";
import type { Kind } from "../src/actions/kind";
import { findActionOf } from "../src/actions/public-found";
import type { PublicEnv } from "../src/actions/public-web";
import { commonSettings } from "../src/actions/types";
import { ACTION_PATH, actionIn } from "../src/actions/web";
import { type MemberEnv, memberCan } from "../src/groups/web";
import { single } from "../src/platform/forms";
import { HiddenField, TextField } from "../src/ui/form";

/*
 * A kind nobody ships: hours that people promise to give. It uses every hook a kind has, and touches nothing else, so that a test can
 * show what a new kind needs. Its words are borrowed, since it has no locale file.
 */

const HOURS_MAX = 40;

const settings = commonSettings.extend({
  hoursMost: z.coerce.number().int().min(1).max(HOURS_MAX).default(8),
});

/** Whom the step afterwards was asked for. */
export const thanked: number[] = [];

export const pledge: Kind = {
  name: "pledge",
  path: "pledges",
  isOnce: true,
  intake: "spread",
  words: {
    name: "petitions.name",
    summary: "petitions.summary",
    create: "petitions.create",
    question: "petitions.question",
    hint: "petitions.hint",
    participants: "petitions.signers",
  },
  widget: { type: "pledge", formId: "new_pledge" },
  settings,
  starting: (group) =>
    settings.parse({
      consent: { mode: group.settings.optInMode, text: "" },
      comments: { isAsked: false, isModerated: true },
    }),
  lacks: ["comments"],
  reasonsNotToPublish: ({ title }) => (title === "" ? ["petitions.reasons.noAsk"] : []),
  extra: async (_ctx, { groupNo }) => ({ groupNo }),
  Story: ({ snapshot }) => <p>At most {settings.parse(snapshot.action.settings).hoursMost} hours</p>,
  Below: () => <p>Below the story</p>,
  buttonLabel: () => "Promise",
  style: ".pledge{color:inherit}",
  structured: ({ url }) => ({ "@type": "DonateAction", url }),
  steps: () => [
    { standard: true, own: false, questions: "all", comment: true, consent: true },
    { standard: false, own: true, questions: [], comment: false, consent: false },
  ],
  FieldsBefore: ({ form }) => (
    <>
      <TextField name="hours" label="Hours" value={single(form.values, "hours")} error={form.errors.hours} />
      <HiddenField name="pledge" value="yes" />
    </>
  ),
  readFields: ({ snapshot, values }) => {
    const hours = z.coerce
      .number()
      .int()
      .min(1)
      .max(settings.parse(snapshot.action.settings).hoursMost)
      .safeParse(single(values, "hours"));
    return hours.success
      ? { is: "valid", own: { hours: hours.data } }
      : { is: "invalid", errors: { hours: "Write a number of hours" }, step: 2 };
  },
  Thanks: ({ done }) => <p>{done?.id ? "Your hours are kept" : "Promise some hours"}</p>,
  publicRoutes: () =>
    new Hono<PublicEnv>().get("/:slug/most.json", async (c) => {
      const found = await findActionOf(c, pledge);
      if (found instanceof Response) return found;
      return c.json({
        most: settings.parse(found.snapshot.action.settings).hoursMost,
        extra: found.snapshot.extra,
      });
    }),
  memberRoutes: (kinds) =>
    new Hono<MemberEnv>().get(`${ACTION_PATH}/hours`, memberCan("actions.view"), async (c) => {
      const { action } = await actionIn(c, kinds);
      return c.text(`hours of ${action.title}`);
    }),
  tabs: [{ name: "hours", path: "/hours", label: "petitions.to", needs: "actions.view" }],
  columns: () => [{ key: "hours", title: "petitions.weAsk", value: (_t, own) => String(own.hours ?? "") }],
  afterwards: [
    {
      name: "thank",
      run: async (_ctx, _group, _action, people) =>
        void thanked.push(...people.map(([personNo]) => personNo)),
      findMissing: async () => 0,
    },
  ],
  fieldLabels: { hoursMost: "petitions.editor.ask" },
  Editor: ({ values, errors }) => (
    <TextField
      name="hoursMost"
      label="At most"
      value={single(values, "hoursMost")}
      error={errors.hoursMost}
    />
  ),
  readEditor: (form) => ("hoursMost" in form ? { hoursMost: single(form, "hoursMost") } : {}),
};
