import { type ActionFrame, ActionShell } from "../actions/action-shell";
import type { Signer } from "../intake/signers";
import { countryIn } from "../platform/countries";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import { EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";

export const commentStates = ["waiting", "shown", "hidden"] as const;
export type CommentState = (typeof commentStates)[number];

export type CommentsProps = ActionFrame & {
  state: CommentState;
  signers: readonly Signer[];
  isFirstPage: boolean;
  next: string | null;
};

/** Comments to be read before the public reads them, and what became of the others. */
export function CommentsPage(props: CommentsProps) {
  const { t, group, action, state, signers, next, isFirstPage } = props;
  const href = `/groups/${group.slug}/actions/${action.id}/comments`;
  return (
    <ActionShell
      {...props}
      tab="comments"
      page={t("actions.tabs.comments")}
      lead={t("intake.moderation.text")}
    >
      <nav class="cluster" aria-label={t("intake.moderation.label")}>
        {commentStates.map((name) => (
          <a
            class={name === state ? "button button-secondary" : "button button-quiet"}
            href={`${href}?state=${name}`}
            aria-current={name === state ? "page" : undefined}
          >
            {t(`intake.comments.${name}`)}
          </a>
        ))}
      </nav>
      {signers.length === 0 ? (
        <EmptyState title={t(`intake.moderation.none.${state}`)} text={t("intake.moderation.noneText")} />
      ) : (
        <Form class="stack" action={href} label={t("actions.tabs.comments")}>
          <HiddenField name="state" value={state} />
          {state === "waiting" && signers.length > 1 ? (
            <div>
              <SubmitButton kind="secondary" name="do" value="show-all">
                {t("intake.moderation.showAll", { count: signers.length })}
              </SubmitButton>
            </div>
          ) : null}
          {signers.map((signer) => (
            <Comment {...props} signer={signer} />
          ))}
        </Form>
      )}
      <Pager
        t={t}
        before={next ? `${href}?state=${state}&before=${next}` : undefined}
        after={isFirstPage ? undefined : `${href}?state=${state}`}
      />
    </ActionShell>
  );
}

function Comment({ t, locale, now, timeZone, state, signer }: CommentsProps & { signer: Signer }) {
  const { givenName, familyName, locality, country } = signer.answer;
  const name = [givenName, familyName].filter((part) => part).join(" ");
  const place = locality || countryIn(country ?? "", locale);
  return (
    <article class="card comment">
      <HiddenField name="ids" value={signer.id} />
      <blockquote dir="auto">{signer.comment}</blockquote>
      <p class="soft small">
        <bdi>{name || t("intake.forgotten")}</bdi>
        {place ? (
          <>
            {", "}
            <bdi>{place}</bdi>
          </>
        ) : null}
        {signer.isNamed ? "" : ` (${t("intake.moderation.unnamed")})`}
        {" · "}
        <When at={signer.actedAt} now={now} locale={locale} timeZone={timeZone} />
      </p>
      <div class="button-row">
        {state === "shown" ? null : <Decision t={t} verb="show" signer={signer} />}
        {state === "hidden" ? null : <Decision t={t} verb="hide" signer={signer} />}
      </div>
    </article>
  );
}

function Decision({ t, verb, signer }: { t: T; verb: "show" | "hide"; signer: Signer }) {
  return (
    <SubmitButton kind={verb === "show" ? "secondary" : "quiet"} name="do" value={`${verb}:${signer.id}`}>
      {t(`intake.moderation.${verb}`)}
    </SubmitButton>
  );
}
