import css from "../../public/css/events.css";
import { actionByNo } from "../actions/action";
import type { Afterwards, Kind } from "../actions/kind";
import { dbFor } from "../groups/shard";
import { EVENT_PAGE_SIZE } from "../intake/types";
import { parseLocalTime } from "../platform/local-time";
import { minified } from "../ui/public-styles";
import { CampaignEditor, readCampaignEditor } from "./campaign-editor";
import { campaignEvents } from "./campaign-events";
import { FieldsBefore, readFields } from "./campaign-form";
import { campaignPages } from "./campaign-public";
import { type CampaignSettings, campaignSettings, offer } from "./campaign-types";
import { Story, Thanks } from "./campaign-views";
import { event } from "./event";
import { approveHosting } from "./hosting";
import { hostingRoutes } from "./hosting-routes";
import { undecided } from "./store-hostings";

const usualFields = campaignSettings.shape.fields.parse(undefined);

/** Makes an event of each offer at once, where the campaign reads none of them before. */
const openUp: Afterwards = {
  name: "host",
  async run(ctx, group, action, people) {
    if (campaignSettings.parse(action.settings).isModerated) return;
    for (const [, id] of people)
      await approveHosting(ctx, group, { campaign: action, eventKind: event }, id, 0);
  },
  async findMissing(ctx, { target, sinceMs, untilMs }) {
    const { kind, groupNo, actionNo } = target;
    const db = dbFor(ctx.env, { no: groupNo, shard: target.shard });
    const action = await actionByNo(db, actionNo);
    if (!action || campaignSettings.parse(action.settings).isModerated) return 0;
    const people = await undecided(db, actionNo, { sinceMs, untilMs });
    const due = { type: "afterwards.due", step: "host", kind, groupNo, actionNo };
    if (people.length > 0) await ctx.env.EVENTS.send({ ...due, people: people.slice(0, EVENT_PAGE_SIZE) });
    return people.length;
  },
};

/** Many events under one name: supporters host them, everybody finds the one near them. */
export const eventCampaign: Kind = {
  name: "event_campaign",
  path: "event-campaigns",
  isOnce: false,
  intake: "spread",
  words: {
    name: "eventCampaigns.name",
    summary: "eventCampaigns.summary",
    create: "eventCampaigns.create",
    question: "eventCampaigns.question",
    hint: "eventCampaigns.hint",
    participants: "eventCampaigns.hosts",
    people: "eventCampaigns.people",
    nth: "eventCampaigns.nth",
  },
  widget: { type: "event_campaign", formId: "new_event" },
  settings: campaignSettings,
  starting: (group) =>
    campaignSettings.parse({
      consent: { mode: group.settings.optInMode, text: "" },
      comments: { isAsked: false, isModerated: true },
      goal: { mode: "none", target: 100 },
      showRecent: false,
      showCount: false,
      fields: { ...usualFields, postalCode: "hidden", country: "hidden", phone: "optional" },
    }),
  lacks: ["comments", "recent", "goal"],
  problems: (settings) => dayProblems(campaignSettings.parse(settings)),
  reasonsNotToPublish: () => [],
  extra: campaignEvents,
  Story,
  buttonLabel: (t) => t("eventCampaigns.button"),
  style: minified(css),
  FieldsBefore,
  readFields,
  Thanks,
  publicRoutes: () => campaignPages(eventCampaign, () => event),
  afterwards: [openUp],
  receipt: {
    subject: "eventCampaigns.mail.subject",
    body: "eventCampaigns.mail.body",
    blocks: async () => new Map(),
  },
  memberRoutes: (kinds) => hostingRoutes(kinds, () => event),
  tabs: [
    { name: "hostings", path: "/hostings", label: "eventCampaigns.hostings.title", needs: "people.view" },
  ],
  fieldLabels: {
    hostText: "eventCampaigns.editor.hostText",
    eventText: "eventCampaigns.editor.eventText",
    firstDay: "eventCampaigns.editor.firstDay",
    lastDay: "eventCampaigns.editor.lastDay",
    isModerated: "eventCampaigns.editor.isModerated",
  },
  Editor: CampaignEditor,
  readEditor: readCampaignEditor,
  columns: () => [
    {
      key: "event",
      title: "eventCampaigns.columns.event",
      value: (_t, own) => offer.safeParse(own).data?.title ?? "",
    },
    {
      key: "when",
      title: "events.page.when",
      value: (_t, own) => offer.safeParse(own).data?.startsAt.replace("T", " ") ?? "",
    },
    {
      key: "where",
      title: "events.page.where",
      value: (_t, own) => offer.safeParse(own).data?.locality ?? "",
    },
  ],
};

function dayProblems({ firstDay, lastDay }: CampaignSettings) {
  const isDay = (text: string) => text === "" || parseLocalTime(`${text}T00:00`) !== null;
  return {
    ...(isDay(firstDay) ? {} : { firstDay: { key: "eventCampaigns.editor.dayWrong" as const } }),
    ...(isDay(lastDay) && (firstDay === "" || lastDay === "" || firstDay <= lastDay)
      ? {}
      : { lastDay: { key: "eventCampaigns.editor.dayWrong" as const } }),
  };
}
