import { Hono } from "hono";
import { actionPath } from "../actions/action-path";
import { pageFrame } from "../actions/page-frame";
import { findActionOf, isStopped, stopped } from "../actions/public-found";
import { type PublicEnv, privatePage } from "../actions/public-web";
import type { Kind } from "../actions/types";
import { SitePage } from "../groups/public";
import { shownUpdates } from "./update";
import { UpdateList } from "./updates-public";

/** `/petitions/:slug/updates`: everything that happened, for those whom the newest three do not tell enough. */
export function allUpdates(kind: Kind) {
  return new Hono<PublicEnv>().get("/:slug/updates", async (c) => {
    const found = await findActionOf(c, kind, "/updates");
    if (found instanceof Response) return found;
    const { ctx, group, t, origin } = c.var;
    const { snapshot } = found;
    if (isStopped(snapshot)) return stopped(c);
    const { action } = snapshot;
    const updates = await shownUpdates(ctx, group, action.no);
    const platformOrigin = ctx.config.PLATFORM_ORIGIN;
    const page = (
      <SitePage
        {...pageFrame({ t, kind, snapshot, origin, platformOrigin })}
        title={`${t("petitions.updates.public")}: ${action.title}`}
        mainClass="thanks"
      >
        <div class="panel updates">
          <h1 dir="auto">{t("petitions.updates.public")}</h1>
          <p>
            <a href={actionPath(kind, action.slug)}>{t("public.thanks.back", { title: action.title })}</a>
          </p>
          <UpdateList t={t} locale={action.locale} timeZone={group.timeZone} updates={updates} />
        </div>
      </SitePage>
    );
    return privatePage(group, page, { style: kind.style });
  });
}
