import { Notice } from "../ui/flash";
import { Form, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import type { ShellProps } from "../ui/layout";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status } from "../ui/status";
import type { Collecting } from "./account";

type Frame = Omit<ShellProps, "title" | "tab" | "children">;

type CollectingPageProps = {
  t: T;
  frame: Frame;
  group: { slug: string };
  collecting: Collecting;
  isOperator: boolean;
};

/** Where a group's money goes, and how to begin. */
export function CollectingPage({ t, frame, group, collecting, isOperator }: CollectingPageProps) {
  const base = `/groups/${group.slug}`;
  return (
    <Shell {...frame} title={t("payments.collecting.title")} tab="settings">
      <PageHeader
        title={t("payments.collecting.title")}
        lead={t("payments.collecting.lead")}
        status={<CollectingMark t={t} collecting={collecting} />}
        back={{ href: `${base}/settings`, label: t("groups.settings.title") }}
      />
      <Section title={t(`payments.collecting.is.${collecting.is}.title`)}>
        <p class="measure">{t(`payments.collecting.is.${collecting.is}.text`)}</p>
        {"provider" in collecting && collecting.provider === "test" ? (
          <Notice kind="warn">
            <p>{t("payments.collecting.test")}</p>
          </Notice>
        ) : null}
        {collecting.is === "no_account" || collecting.is === "waiting" ? (
          <Form action={`${base}/payments/account`} class="form" label={t("payments.collecting.title")}>
            <SubmitButton>{t(`payments.collecting.is.${collecting.is}.button`)}</SubmitButton>
          </Form>
        ) : null}
      </Section>
      {isOperator && collecting.is === "no_account" ? (
        <Section title={t("payments.collecting.own.title")}>
          <p class="measure">{t("payments.collecting.own.text")}</p>
          <Form
            action={`${base}/payments/own-account`}
            class="form"
            label={t("payments.collecting.own.title")}
          >
            <SubmitButton kind="secondary">{t("payments.collecting.own.button")}</SubmitButton>
          </Form>
        </Section>
      ) : null}
    </Shell>
  );
}

const tones = { ready: "good", waiting: "warn", no_account: "warn", unavailable: "bad" } as const;

function CollectingMark({ t, collecting }: { t: T; collecting: Collecting }) {
  return <Status tone={tones[collecting.is]}>{t(`payments.collecting.is.${collecting.is}.status`)}</Status>;
}
