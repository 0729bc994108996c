import { expect, test } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition, snapshotOf } from "../../test/petitions";
import { world } from "../../test/world";
import { petition } from "../petitions/petition";
import { translator } from "../ui/i18n";
import { ActionPage } from "./public-views";
import { COMMENTS_SHOWN_MAX, type PublicSigner, question, questionTypes, RECENT_SIGNERS_MAX } from "./types";

/** Promise P4, styles included. */
const COMPRESSED_BYTES_MAX = 20_000;
const QUESTIONS = 10;

const words = world.petition.description.replace(/[^\p{L} ]/gu, "").split(" ");

/** Text that compresses like what people write: no line twice. */
function sentence(seed: number, length: number): string {
  return Array.from(
    { length },
    (_, index) => words[(seed * 7 + index * (3 + (seed % 5))) % words.length],
  ).join(" ");
}

function signer(index: number, comment: string): PublicSigner {
  const { givenName, familyName, country } =
    world.supporters[index % world.supporters.length] ?? world.supporters[0];
  return {
    name: `${givenName} ${familyName.slice(0, 1)}.`,
    place: country,
    at: 1_700_000_000_000 - index * 1_234_567,
    comment,
  };
}

/** A page with everything on it that a page can have: every field, ten questions, twenty comments, ten recent signers. */
async function fullPage(locale: "en" | "fr" | "es"): Promise<string> {
  const { group } = await makeGroup({
    locale,
    name: world.group.name,
    postalAddress: world.group.postalAddress,
    settings: {
      accent: world.group.accent,
      website: world.group.website,
      privacyUrl: world.group.privacyUrl,
      replyTo: world.group.replyTo,
    },
  });
  const action = await makePetition(group, {
    locale,
    settings: {
      descriptionHtml: Array.from({ length: 12 }, (_, index) => `<p>${sentence(index, 60)}</p>`).join(""),
      image: {
        key: `groups/${group.no}/images/01890a5d-ac96-774b-bcce-b302099a8057.jpg`,
        alt: "A school gate",
        width: 1_200,
        height: 630,
      },
      fields: {
        givenName: "required",
        familyName: "required",
        postalCode: "optional",
        locality: "optional",
        region: "optional",
        street: "optional",
        country: "required",
        phone: "optional",
      },
      questions: Array.from({ length: QUESTIONS }, (_, index) =>
        question.parse({
          key: `question_${index}`,
          label: sentence(index + 20, 9),
          hint: sentence(index + 40, 12),
          type: questionTypes[index % questionTypes.length],
          choices: Array.from({ length: 6 }, (_, choice) => `${sentence(index * 6 + choice, 3)} ${choice}`),
        }),
      ),
    },
  });
  const snapshot = await snapshotOf(group, action);
  const page = (
    <ActionPage
      t={translator(locale)}
      ctx={contextOf()}
      kind={petition}
      snapshot={{
        ...snapshot,
        comments: Array.from({ length: COMMENTS_SHOWN_MAX }, (_, index) =>
          signer(index, sentence(index, 40)),
        ),
      }}
      count={{
        total: 12_409,
        recent: Array.from({ length: RECENT_SIGNERS_MAX }, (_, index) => signer(index, "")),
      }}
      form={{ values: {}, errors: {} }}
      origin="https://riverside.groundswell.example"
      platformOrigin="https://groundswell.example"
      isPreview={false}
    />
  );
  return String(page);
}

async function gzipped(text: string): Promise<number> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

test.each(["en", "fr", "es"] as const)(
  "the fullest page in %s is at most 20 kB compressed, styles included",
  async (locale) => {
    const bytes = await gzipped(await fullPage(locale));
    expect(bytes).toBeLessThan(COMPRESSED_BYTES_MAX);
    // Were it much less, the page would have lost what it should hold.
    expect(bytes).toBeGreaterThan(COMPRESSED_BYTES_MAX / 2);
  },
);
