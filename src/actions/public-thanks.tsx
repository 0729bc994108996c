import { z } from "zod";
import { ActionList, type ListedAction, paragraphs, SitePage } from "../groups/public";
import type { Context } from "../platform/context";
import type { ParticipationId } from "../platform/ids";
import { signToken, verifyToken } from "../platform/tokens";
import { Board, ShareLinks, type Sharing } from "../sharing/share-links";
import { Notice } from "../ui/flash";
import { formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { actionPath } from "./action-path";
import { type Done, slotStandings, slotsText, standingNames } from "./kind";
import { pageFrame } from "./page-frame";
import type { ActionSnapshot, Kind } from "./types";

/** Long enough to come back to the tab in the evening; the number means nothing to anyone else. */
const THANKS_SECONDS = 86_400;

const claims = z.object({
  action: z.string(),
  nth: z.number().int().min(0),
  repeat: z.number().int().min(0).max(2),
  id: z
    .custom<ParticipationId>((value) => typeof value === "string")
    .nullable()
    .default(null),
  standing: z.enum(standingNames).nullable().default(null),
  slots: z.string().nullable().default(null),
});

/**
 * The address of the thank-you page for someone who has just acted.
 * @param correction what lets them put a slip in their address right, where it looks like one
 */
export async function thanksPath(
  ctx: Context,
  kind: Pick<Kind, "path">,
  { action }: ActionSnapshot,
  { nth, isRepeat, isRevised, id, standing, slots }: Done,
  correction = "",
): Promise<string> {
  const token = await signToken(
    ctx.config.SIGNING_KEYS,
    "participation",
    {
      ...{ action: action.id, nth, repeat: isRevised ? 2 : isRepeat ? 1 : 0 },
      ...(id === null ? {} : { id }),
      ...(standing === null ? {} : { standing }),
      ...(slots ? { slots: slotsText(slots) } : {}),
    },
    { now: ctx.now, secondsToLive: THANKS_SECONDS },
  );
  const fix = correction === "" ? "" : `&fix=${correction}`;
  return `${actionPath(kind, action.slug)}/thanks?done=${token}${fix}`;
}

/** What an address of the thank-you page says; null when it says nothing true about this action. */
export async function readDone(
  ctx: Context,
  { action }: ActionSnapshot,
  token: string,
): Promise<Done | null> {
  const read = claims.safeParse(await verifyToken(ctx.config.SIGNING_KEYS, "participation", token, ctx.now));
  if (!read.success || read.data.action !== action.id) return null;
  const { nth, repeat, id, standing, slots } = read.data;
  return {
    nth,
    isRepeat: repeat > 0,
    isRevised: repeat === 2,
    id,
    standing,
    ...(slots === null ? {} : { slots: slotStandings(slots) }),
  };
}

export type ThanksPageProps = {
  t: T;
  ctx: Context;
  kind: Kind;
  snapshot: ActionSnapshot;
  /** Null for someone who came by a link and not by acting: they are shown how to share all the same. */
  done: Done | null;
  origin: string;
  platformOrigin: string;
  first: "whatsapp" | "facebook";
  /** What they pass on. */
  sharing: Sharing;
  /** The address they probably meant, and where they can put it right. */
  correction?: { address: string; href: string } | null;
  /** Other things one can do for the same group. */
  others: readonly ListedAction[];
};

/** After acting: thanks, the number, one clear next step, then the rest. */
export function ThanksPage(props: ThanksPageProps) {
  return (
    <SitePage
      {...pageFrame(props)}
      title={props.t("public.thanks.title")}
      scripts={["share", "copy", ...(props.kind.scripts ?? [])]}
      mainClass="thanks"
    >
      <ThanksBody {...props} />
    </SitePage>
  );
}

/** What thanks consist of, wherever they are said. */
export function ThanksBody(props: ThanksPageProps) {
  const { t, ctx, kind, snapshot, done, origin, first, others, sharing } = props;
  const { action, group } = snapshot;
  const { thanks, share, showCount } = action.settings;
  return (
    <>
      <div class="panel">
        <h1 dir="auto">{thanks.headline || t("public.thanks.headline")}</h1>
        {done ? <Nth t={t} kind={kind} snapshot={snapshot} done={done} isShown={showCount} /> : null}
        {props.correction ? (
          <Notice kind="warn">
            <p>
              {t("privacy.typo.thanks", { address: props.correction.address })}{" "}
              <a href={props.correction.href}>{t("privacy.typo.link")}</a>
            </p>
          </Notice>
        ) : null}
        {paragraphs(thanks.text).map((paragraph) => (
          <p dir="auto">{paragraph}</p>
        ))}
        <p>
          <a href={actionPath(kind, action.slug)}>{t("public.thanks.back", { title: action.title })}</a>
        </p>
      </div>
      {kind.Thanks ? <kind.Thanks {...{ t, ctx, snapshot, done, origin }} /> : null}
      <ShareLinks
        {...{ t, first, share, sharing }}
        url={`${origin}${actionPath(kind, action.slug)}`}
        title={action.title}
      />
      <Board t={t} board={sharing.board} />
      <section class="panel">
        <h2>{t("public.thanks.more", { group: group.name })}</h2>
        {others.length > 0 ? (
          <ActionList locale={action.locale} actions={others} />
        ) : (
          <p>
            <a href="/">{t("public.thanks.group", { group: group.name })}</a>
          </p>
        )}
      </section>
    </>
  );
}

function Nth({
  t,
  kind,
  snapshot,
  done,
  isShown,
}: {
  t: T;
  kind: Pick<Kind, "words">;
  snapshot: ActionSnapshot;
  done: Done;
  isShown: boolean;
}) {
  const n = formatNumber(done.nth, snapshot.action.locale);
  if (done.isRepeat) return <p>{t("public.thanks.repeat")}</p>;
  const isCounted = done.standing === null || done.standing === "confirmed";
  return isShown && isCounted && done.nth > 0 ? (
    <p class="nth">{t(kind.words.nth ?? "public.thanks.nth", { n })}</p>
  ) : null;
}
