import { coloursOf, ratioOf } from "../mailings/content/colours";
import type { Mailing, MailingColours, MailingVersion } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { ColourSample } from "../ui/colour-sample";
import { ButtonRow, type FieldErrors, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { GROUNDS, inkOn, isAccent } from "../ui/theme";
import { colourFields, colourNames } from "./colour-form";
import { placeQuery } from "./parts";
import type { Page } from "./web";

type Props = Pick<Page, "t" | "locale" | "group"> & {
  href: string;
  mailing: Mailing;
  /** What the form comes back to. */
  shown: Pick<MailingVersion, "variantNo" | "language" | "part">;
  colours: MailingColours;
  errors: FieldErrors;
  slots: readonly unknown[];
};

/**
 * The colours of one mail, typed as on the page of the group's looks: a box that picks colours cannot be left empty, and empty means what the
 * wrapper or the group has.
 */
export function ColourChoice(props: Props) {
  const { t, group, href, shown, colours, errors, slots } = props;
  if (slots.length > 0) return null;
  const isOpen = colourNames.some((name) => colours[name] !== "");
  const usual = coloursOf({ button: "", buttonWords: "", words: "" }, group.settings.accent);
  return (
    <Disclosure summary={t("composer.colours.title")} isOpen={isOpen}>
      <Form
        action={`${href}/colours${placeQuery(shown)}`}
        class="form measure"
        label={t("composer.colours.title")}
      >
        <p class="soft small">{t("composer.colours.text")}</p>
        {colourNames.map((name) => (
          <TextField
            name={colourFields[name]}
            label={t(`composer.colours.${name}`)}
            hint={t(`composer.colours.hint.${name}`, { colour: usual.button })}
            optionalLabel={t("common.form.optional")}
            value={colours[name]}
            maxlength={7}
            width="short"
            spellcheck={false}
            autocapitalize="none"
            autocomplete="off"
            error={errors[colourFields[name]]}
          />
        ))}
        <Samples {...props} />
        <ButtonRow>
          <SubmitButton kind="secondary">{t("composer.colours.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Disclosure>
  );
}

/** How what was chosen reads, with the figures; nothing for what is no colour, nor for text in a wrapper, which may have grounds of its own. */
function Samples({ t, locale, group, mailing, colours }: Props) {
  const chosen = colourNames.filter((name) => colours[name] !== "");
  if (chosen.length === 0 || chosen.some((name) => !isAccent(colours[name]))) return null;
  const { button, words } = coloursOf(colours, group.settings.accent);
  const onButton = colours.buttonWords || inkOn(button);
  const ratio = (one: string, other: string) => formatNumber(ratioOf(one, other), locale);
  return (
    <div class="colour-report">
      {colours.button === "" && colours.buttonWords === "" ? null : (
        <ColourSample ground={button} ink={onButton}>
          {t("composer.colours.onButton", { ratio: ratio(onButton, button) })}
        </ColourSample>
      )}
      {words === null || mailing.settings.wrapperNo !== null ? null : (
        <ColourSample ground={GROUNDS.light} ink={words}>
          {t("composer.colours.onGround", { ratio: ratio(words, GROUNDS.light) })}
        </ColourSample>
      )}
    </div>
  );
}
