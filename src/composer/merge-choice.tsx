import type { Mailing } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { Form, RadioGroup, SelectField, SubmitButton } from "../ui/form";
import type { Page } from "./web";

type Props = Pick<Page, "t" | "group"> & {
  mailing: Mailing;
  href: string;
  mergeFiles: readonly { no: number; name: string }[];
};

/** Which table of facts a mailing merges, and what becomes of whoever has no row in it. */
export function MergeChoice({ t, group, mailing, href, mergeFiles }: Props) {
  const { mergeFileNo, withoutRow } = mailing.settings;
  return (
    <Disclosure summary={t("merging.mailing.title")} isOpen={mergeFileNo !== null}>
      <p class="soft small">
        {t("merging.mailing.text")}{" "}
        <a href={`/groups/${group.slug}/mailings/merge-files`}>{t("merging.mailing.keep")}</a>
      </p>
      {mergeFiles.length === 0 ? null : (
        <Form action={`${href}/merge-file`} class="form measure" label={t("merging.mailing.title")}>
          <SelectField
            name="mergeFileNo"
            label={t("merging.mailing.file")}
            value={mergeFileNo === null ? "" : String(mergeFileNo)}
            blank={t("merging.mailing.none")}
            options={mergeFiles.map(({ no, name }) => ({ value: String(no), label: name }))}
          />
          <RadioGroup
            name="withoutRow"
            legend={t("merging.mailing.without")}
            value={withoutRow}
            options={[
              { value: "mailed", label: t("merging.mailing.mailed") },
              { value: "left_out", label: t("merging.mailing.leftOut") },
            ]}
          />
          <SubmitButton kind="secondary">{t("merging.mailing.save")}</SubmitButton>
        </Form>
      )}
    </Disclosure>
  );
}
