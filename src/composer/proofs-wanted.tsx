import { Disclosure } from "../ui/card";
import { Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { dayInWords } from "./day-views";
import type { ReviewProps } from "./review-props";

/** How many tests were asked for and sent, and the form that asks for some. */
export function ProofsWanted({ t, locale, href, proofs, errors }: ReviewProps) {
  const { wanted, wantedBy, sent } = proofs;
  return (
    <>
      {wanted === null && sent === 0 ? null : (
        <p class={wanted !== null && sent < wanted ? "" : "soft small"}>{proofsInWords()}</p>
      )}
      <Disclosure
        summary={t("composer.proofs.ask")}
        isOpen={errors.wanted !== undefined || errors.wantedBy !== undefined}
      >
        <Form action={`${href}/tests/wanted`} class="form" label={t("composer.proofs.ask")}>
          <TextField
            name="wanted"
            label={t("composer.proofs.wanted")}
            hint={t("composer.proofs.wantedHint")}
            value={wanted === null ? "" : String(wanted)}
            inputmode="numeric"
            width="short"
            autocomplete="off"
            error={errors.wanted}
          />
          <TextField
            name="wantedBy"
            type="date"
            width="medium"
            label={t("composer.proofs.by")}
            optionalLabel={t("common.form.optional")}
            value={wantedBy ?? ""}
            error={errors.wantedBy}
          />
          <SubmitButton kind="secondary">{t("composer.proofs.save")}</SubmitButton>
        </Form>
      </Disclosure>
    </>
  );

  function proofsInWords(): string {
    const number = formatNumber(sent, locale);
    if (wanted === null) return t("composer.proofs.sent", { count: sent, number });
    const asked = { count: wanted, number: formatNumber(wanted, locale), sent: number };
    return wantedBy === null
      ? t("composer.proofs.asked", asked)
      : t("composer.proofs.askedBy", { ...asked, day: dayInWords(wantedBy, locale) });
  }
}
