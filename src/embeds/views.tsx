import { actionPath } from "../actions/action-path";
import type { Found } from "../actions/public-found";
import { ActionCard, type ActionPageProps, pageProps, Story } from "../actions/public-parts";
import { ThanksBody, type ThanksPageProps } from "../actions/public-thanks";
import type { FormState, PublicCount } from "../actions/types";
import { fileUrl } from "../groups/public";
import type { Context } from "../platform/context";
import type { T } from "../ui/i18n";
import type { Layout, Look } from "./types";

export type EmbedProps = ActionPageProps & { look: Look; layout: Layout };

/** What an embed is made of, whichever way it is shown. */
export function embedProps(
  { ctx, t, origin }: { ctx: Context; t: T; origin: string },
  { kind, snapshot }: Found,
  shown: {
    look: Look;
    layout: Layout;
    count: PublicCount | null;
    form: FormState;
    trouble?: string | undefined;
  },
): EmbedProps {
  const platformOrigin = ctx.config.PLATFORM_ORIGIN;
  return { t, ctx, kind, snapshot, origin, platformOrigin, isPreview: false, ...shown };
}

/** An action for inside another page. `embed.js` replaces what is in `data-embed` once somebody has acted. */
export function Embed(props: EmbedProps) {
  return props.look === "site" ? <PlainEmbed {...props} /> : <StyledEmbed {...props} />;
}

/** In our style; everything below `.embed`, where its rules begin (`style.ts`). */
function StyledEmbed(props: EmbedProps) {
  return (
    <div class="embed public" lang={props.snapshot.action.locale} dir="ltr">
      <EmbedCard {...props} state="fresh" heading="h2" />
    </div>
  );
}

type EmbedCardProps = EmbedProps & {
  /** What `embed-frame.js` tells the page around. */
  state: "fresh" | "again";
  heading: "h1" | "h2";
};

/** Whose action it is, what is asked, and the form. */
export function EmbedCard(props: EmbedCardProps) {
  const { kind, snapshot, origin, layout, state, heading: Heading } = props;
  const { action, group } = snapshot;
  return (
    <div class={`embed-card embed-${layout} action-card`} data-embed={state}>
      <p class="embed-group">
        <Logo snapshot={snapshot} />
        <a href={`${origin}${actionPath(kind, action.slug)}`} dir="auto">
          {group.name}
        </a>
      </p>
      <Heading dir="auto">{action.title}</Heading>
      <div class="embed-words">
        <kind.Story {...pageProps(props)} />
        {layout === "full" ? <Story snapshot={snapshot} /> : null}
      </div>
      <div class="embed-form">
        <ActionCard {...props} />
      </div>
    </div>
  );
}

/**
 * In the page's style: plain elements with the ids and classes that site owners have styled for years (osdi-api.md §6.4).
 * Those of the form itself are given by `embed.js`.
 */
function PlainEmbed(props: EmbedProps) {
  const { kind, snapshot, layout } = props;
  const { action, group } = snapshot;
  return (
    <div id="can_embed_form" class={`can_embed can_embed_${layout}`} lang={action.locale} data-embed="fresh">
      <div id="action_info">
        <div id="logo_wrap">
          <Logo snapshot={snapshot} />
        </div>
        <span class="action_info_user" dir="auto">
          {group.name}
        </span>
      </div>
      <h2 class="widget_title" dir="auto">
        {action.title}
      </h2>
      <div id="form_col1">
        <kind.Story {...pageProps(props)} />
        {layout === "full" ? <Story snapshot={snapshot} /> : null}
      </div>
      <div id="form_col2">
        <ActionCard {...props} />
      </div>
    </div>
  );
}

function Logo({ snapshot: { group } }: Pick<EmbedProps, "snapshot">) {
  const src = fileUrl(group, group.settings.logo);
  return src ? <img src={src} alt="" height={32} /> : null;
}

/** Thanks in place of the form. */
export function EmbedThanks(props: ThanksPageProps & { look: Look }) {
  if (props.look === "ours") {
    return (
      <div class="embed-thanks">
        <ThanksBody {...props} />
      </div>
    );
  }
  return (
    <div class="can_thank_you_wrap">
      <div id="can_thank_you">
        <ThanksBody {...props} />
      </div>
    </div>
  );
}
