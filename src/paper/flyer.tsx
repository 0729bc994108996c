import { raw } from "hono/html";
import { summaryOf } from "../actions/page-frame";
import { fileUrl } from "../groups/public";
import { translator } from "../ui/i18n";
import { DEFAULT_ACCENT, isAccent } from "../ui/theme";
import { Band, PaperDocument, type PaperFrame, spoken } from "./paper-document";
import type { Subject } from "./types";

/** What is asked stays short enough for somebody who walks past. */
const ASK_MAX = 420;
/** Fewer words than this are set larger where there is no picture. */
const PLAIN_MAX = 280;

type FlyerProps = PaperFrame &
  Subject & {
    /** The group's host, where its pictures are. */
    origin: string;
    qr: string;
    url: string;
  };

/** One page to hand round or pin up, in the language of the action. */
export function FlyerPage(props: FlyerProps) {
  const { kind, snapshot, origin, qr, url } = props;
  const { action, group } = snapshot;
  const t = translator(action.locale);
  const { facts, ask } = kind.onPaper?.(t, snapshot) ?? { facts: [], ask: "" };
  const { image } = action.settings;
  const picture = image && fileUrl(group, image.key);
  const words = shortened(ask || summaryOf({ t, snapshot }), ASK_MAX);
  return (
    <PaperDocument {...props} title={action.title} language={action.locale} shape="flyer">
      <article class={picture || words.length > PLAIN_MAX ? "page" : "page plain"}>
        <Band accent={accentOf(group.settings.accent)} />
        <Masthead {...props} />
        <h1 dir="auto" class={action.title.length > 60 ? "long" : undefined}>
          {action.title}
        </h1>
        {facts.length > 0 ? (
          <ul class="facts">
            {facts.map((fact) => (
              <li dir="auto">{fact}</li>
            ))}
          </ul>
        ) : null}
        {image && picture ? (
          <img
            class="picture"
            src={origin + picture}
            alt={image.alt}
            width={image.width}
            height={image.height}
          />
        ) : null}
        <p class="ask" dir="auto">
          {words}
        </p>
        <div class="call">
          <div class="code">{raw(qr)}</div>
          <div>
            <p class="call-words">{kind.buttonLabel(t, snapshot)}</p>
            <p>{t("paper.flyer.scan")}</p>
            <p class="address">{spoken(url)}</p>
          </div>
        </div>
      </article>
    </PaperDocument>
  );
}

/** Whose paper it is. */
export function Masthead({ snapshot: { group }, origin }: Pick<FlyerProps, "snapshot" | "origin">) {
  const logo = fileUrl(group, group.settings.logo);
  return (
    <p class="masthead">
      {logo ? <img src={origin + logo} alt="" /> : null}
      <strong dir="auto">{group.name}</strong>
    </p>
  );
}

/** The group's colour, which is printed as it is; the platform's where it has chosen none. */
export function accentOf(accent: string | null | undefined): string {
  return accent && isAccent(accent) ? accent : DEFAULT_ACCENT;
}

/** A text cut at a word, with a mark that it goes on. */
export function shortened(text: string, max: number): string {
  const whole = text.trim();
  return whole.length <= max ? whole : `${whole.slice(0, max).replace(/\s+\S*$/, "")}…`;
}
