import { Section } from "../ui/layout";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { DeadLetter } from "./types";
import { OperationsFrame, RowButton } from "./views";
import type { PageProps } from "./web";

type DeadLettersPageProps = PageProps & {
  counts: { queue: string; count: number; oldestAt: number }[];
  letters: DeadLetter[];
  queue: string | null;
  next: number | null;
};

const PATH = "/operations/dead-letters";

export function DeadLettersPage(props: DeadLettersPageProps) {
  const { t, counts } = props;
  return (
    <OperationsFrame
      {...props}
      title={t("operations.dead.title")}
      lead={t("operations.dead.lead")}
      current="deadLetters"
    >
      {counts.map((count) => (
        <QueueSection {...props} {...count} />
      ))}
      <LettersTable {...props} />
    </OperationsFrame>
  );
}

/** One queue's letters as a whole: how many, since when, and what can be done with all of them. */
function QueueSection(props: PageProps & { queue: string; count: number; oldestAt: number }) {
  const { t, queue, count, oldestAt } = props;
  return (
    <Section
      title={queue}
      text={
        <>
          {t("operations.dead.waiting", { count })} <When {...props} at={oldestAt} />
        </>
      }
    >
      <div class="cluster">
        <RowButton
          action={`${PATH}/replays`}
          fields={{ queue }}
          label={t("operations.dead.replayAll")}
          about={queue}
        />
        <RowButton
          action={`${PATH}/discards`}
          fields={{ queue }}
          label={t("operations.dead.discardAll")}
          about={queue}
          confirm={t("operations.dead.confirmDiscardAll")}
        />
      </div>
    </Section>
  );
}

function LettersTable(props: DeadLettersPageProps) {
  const { t, letters, queue, next } = props;
  const filter = queue === null ? "" : `queue=${encodeURIComponent(queue)}&`;
  return (
    <Section>
      {queue === null ? null : <a href={PATH}>{t("operations.dead.all")}</a>}
      <DataTable
        caption={t("operations.dead.title")}
        isCaptionHidden
        rows={letters}
        empty={<EmptyState title={t("operations.dead.empty")} text={t("operations.dead.emptyText")} />}
        columns={[
          {
            key: "type",
            title: t("operations.dead.type"),
            isName: true,
            cell: ({ type }) => type || t("operations.dead.noType"),
          },
          {
            key: "queue",
            title: t("operations.dead.queue"),
            cell: (letter) => (
              <a href={`${PATH}?queue=${encodeURIComponent(letter.queue)}`}>{letter.queue}</a>
            ),
          },
          {
            key: "size",
            title: t("operations.dead.size"),
            cell: ({ size }) => t("operations.dead.characters", { count: size }),
          },
          {
            key: "diedAt",
            title: t("operations.dead.diedAt"),
            cell: ({ diedAt }) => <When {...props} at={diedAt} />,
          },
          {
            key: "act",
            title: t("operations.dead.act"),
            cell: (letter) => <LetterButtons {...props} letter={letter} />,
          },
        ]}
      />
      <Pager t={t} after={next === null ? undefined : `${PATH}?${filter}before=${next}`} />
    </Section>
  );
}

function LetterButtons({ t, letter }: PageProps & { letter: DeadLetter }) {
  const about = t("operations.dead.about", { no: letter.no });
  return (
    <div class="cluster">
      <RowButton action={`${PATH}/${letter.no}/replay`} label={t("operations.dead.replay")} about={about} />
      <RowButton
        action={`${PATH}/${letter.no}/discard`}
        label={t("operations.dead.discard")}
        about={about}
        confirm={t("operations.dead.confirmDiscard")}
      />
    </div>
  );
}
