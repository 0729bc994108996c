import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Disclosure } from "../ui/card";
import { CopyButton } from "../ui/copy";
import { fieldId } from "../ui/field";
import { Notice } from "../ui/flash";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { type Embedded, frameSnippet, oldSnippet, policyFor, scriptSnippet } from "./snippet";
import { EMBED } from "./types";

type EmbedPageProps = ActionFrame & {
  /** The sites the group named; none means any. */
  sites: readonly string[];
  mayEditSettings: boolean;
};

/** What an organiser copies into a page of another site, the likeliest first, beside what it will look like. */
export function EmbedPage(props: EmbedPageProps) {
  const { t, action, kind, publicUrl } = props;
  const { origin } = new URL(publicUrl);
  const embedded = { origin, kind, slug: action.slug, title: action.title };
  return (
    <ActionShell {...props} tab="embed" page={t("embeds.page.title")}>
      <div class="embedding">
        <div class="stack">
          <Section title={t("embeds.page.title")} text={t("embeds.page.lead")}>
            <StateNotice {...props} />
            <Way t={t} name="ours" text={t("embeds.page.oursText")} label={t("embeds.page.ours")}>
              {scriptSnippet(embedded, { look: "ours", isStrict: false })}
            </Way>
            <OtherWays t={t} embedded={embedded} />
          </Section>
          <Sites {...props} />
          <ForDevelopers t={t} />
        </div>
        {action.status === "draft" ? null : (
          <Section title={t("embeds.page.preview")}>
            <iframe
              class="embedding-preview"
              src={publicUrl + EMBED}
              title={t("embeds.page.previewTitle")}
              loading="lazy"
            />
          </Section>
        )}
      </div>
    </ActionShell>
  );
}

function StateNotice({ t, action }: EmbedPageProps) {
  if (action.status === "published") return null;
  return (
    <Notice kind="warn">
      <p>{t(action.status === "draft" ? "embeds.page.notLive" : "embeds.page.closed")}</p>
    </Notice>
  );
}

type WayProps = { t: T; name: string; label: string; text?: string; children: string };

/** Code, whole and in sight, to be copied with its button or by hand. */
function Way({ t, name, label, text, children }: WayProps) {
  const id = fieldId(`code-${name}`);
  return (
    <div class="field embedding-way">
      <label for={id}>{label}</label>
      {text ? (
        <p class="hint" id={`${id}-hint`}>
          {text}
        </p>
      ) : null}
      <textarea
        class="input embed-code"
        id={id}
        rows={Math.ceil(children.length / CODE_COLUMNS)}
        readonly
        spellcheck={false}
        dir="ltr"
        aria-describedby={text ? `${id}-hint` : undefined}
      >
        {children}
      </textarea>
      <CopyButton t={t} text={children} />
    </div>
  );
}

/** About what a line of code holds where it stands. */
const CODE_COLUMNS = 60;

function OtherWays({ t, embedded }: { t: T; embedded: Embedded }) {
  const code = t("embeds.page.code");
  return (
    <div>
      <Disclosure summary={t("embeds.page.site")}>
        <div class="stack stack-tight">
          <Way t={t} name="site" text={t("embeds.page.siteText")} label={code}>
            {scriptSnippet(embedded, { look: "site", isStrict: false })}
          </Way>
        </div>
      </Disclosure>
      <Disclosure summary={t("embeds.page.frame")}>
        <div class="stack stack-tight">
          <Way t={t} name="frame" text={t("embeds.page.frameText")} label={code}>
            {frameSnippet(embedded)}
          </Way>
        </div>
      </Disclosure>
      <Disclosure summary={t("embeds.page.strict")}>
        <div class="stack stack-tight">
          <Way t={t} name="strict" text={t("embeds.page.strictText")} label={code}>
            {scriptSnippet(embedded, { look: "ours", isStrict: true })}
          </Way>
          <Way t={t} name="policy" label={t("embeds.page.policy")}>
            {policyFor(embedded)}
          </Way>
        </div>
      </Disclosure>
      <Disclosure summary={t("embeds.page.old")}>
        <div class="stack stack-tight">
          <p>{t("embeds.page.oldText", { host: new URL(embedded.origin).host })}</p>
          <Way t={t} name="old" label={code}>
            {oldSnippet(embedded, { style: "default", layout: "standard", width: "100%" })}
          </Way>
        </div>
      </Disclosure>
    </div>
  );
}

function Sites({ t, group, sites, mayEditSettings }: EmbedPageProps) {
  return (
    <Section title={t("embeds.page.who")}>
      <p>{t(sites.length > 0 ? "embeds.page.only" : "embeds.page.any")}</p>
      {sites.length > 0 ? (
        <ul>
          {sites.map((site) => (
            <li class="address">{site}</li>
          ))}
        </ul>
      ) : null}
      {mayEditSettings ? (
        <p>
          <a href={`/groups/${group.slug}/settings#embeds`}>{t("embeds.page.change")}</a>
        </p>
      ) : null}
    </Section>
  );
}

function ForDevelopers({ t }: { t: T }) {
  return (
    <Section title={t("embeds.page.more")}>
      <ul class="stack stack-tight">
        <li>{t("embeds.page.events")}</li>
        <li>{t("embeds.page.source")}</li>
        <li>{t("embeds.page.link")}</li>
      </ul>
    </Section>
  );
}
