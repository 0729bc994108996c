import { variedParts } from "../mailings/combining";
import { MailPreview } from "./mailing-frame";
import { combinationWords, letterOf } from "./parts";
import type { ReviewProps } from "./review-props";

/** With more versions than this their letters alone are shown: 24 names are a screen of a phone. */
const NAMED_MAX = 4;

/** The mail as one of those who would get it reads it. */
export function ShownMail(props: ReviewProps) {
  const { t, href, shownAs, as, variantNo, versions, inbox } = props;
  const numbers = [...new Set(versions.map((version) => version.variantNo))];
  const isShort = numbers.length > NAMED_MAX;
  const link = (variant: number, personNo: number | null) =>
    `${href}/review?variant=${variant}${personNo === null ? "" : `&as=${personNo}`}#mail`;
  const language = as?.language ?? props.group.locale;
  const hasAmp = versions.some(
    (each) => each.variantNo === variantNo && each.language === language && each.amp,
  );
  const shown = versions.find((each) => each.variantNo === variantNo);
  const varied = variedParts(versions.flatMap(({ combines }) => combines ?? []));
  const query = `variant=${variantNo}&language=${language}${as ? `&as=${as.personNo}` : ""}`;
  return (
    <div class="mail-shown" id="mail">
      {numbers.length > 1 ? (
        <nav class="cluster" aria-label={t("composer.write.variants")}>
          {isShort ? <span class="soft small">{t("composer.winner.variant")}</span> : null}
          {numbers.map((no) => {
            const name = t("composer.write.variant", { letter: letterOf(no) });
            return (
              <a
                class={isShort ? "chip chip-letter" : "chip"}
                href={link(no, as?.personNo ?? null)}
                aria-current={no === variantNo ? "true" : undefined}
                aria-label={isShort ? name : undefined}
              >
                {isShort ? letterOf(no) : name}
              </a>
            );
          })}
        </nav>
      ) : null}
      {shown?.combines ? <p class="soft small">{combinationWords(t, shown.combines, varied)}</p> : null}
      {shownAs.length > 0 ? (
        <nav class="cluster" aria-label={t("composer.review.as")}>
          <span class="soft small">{t("composer.review.as")}</span>
          {shownAs.map((each) => (
            <a
              class="chip"
              href={link(variantNo, each.personNo)}
              aria-current={each.personNo === as?.personNo ? "true" : undefined}
              dir="auto"
            >
              {each.name}
            </a>
          ))}
          <a href={`${href}/review?variant=${variantNo}&others=yes#mail`}>{t("composer.review.others")}</a>
        </nav>
      ) : (
        <p class="soft small">{t("composer.review.standIn")}</p>
      )}
      <p class="small">
        <span class="soft">{t("composer.review.from")}</span>{" "}
        <span dir="auto">
          {inbox.fromName} &lt;{inbox.fromEmail}&gt;
        </span>
      </p>
      <p class="mail-inbox">
        <strong dir="auto">{inbox.subject || t("composer.untitled")}</strong>{" "}
        <span class="soft small" dir="auto">
          {inbox.preview}
        </span>
      </p>
      <a
        class="button button-secondary mail-open"
        href={`${href}/preview?${query}`}
        target="_blank"
        rel="noopener"
      >
        {t("composer.write.preview")}
      </a>
      <MailPreview t={t} url={`${href}/preview?${query}`} />
      {hasAmp ? (
        <p class="soft small">
          {t("composer.review.hasAmp")}{" "}
          <a href={`${href}/preview?${query}&part=amp`} target="_blank" rel="noopener">
            {t("composer.review.ampSource")}
          </a>
        </p>
      ) : null}
    </div>
  );
}
