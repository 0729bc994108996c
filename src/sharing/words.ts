import type { Network, ShareSettings, ShareVariant } from "./types";

/** What is said where an action is shared. */
export type ShareWords = { title: string; text: string };

/**
 * The words for one network: the variant's, else those for that network, else the common ones, else the action's title. A
 * variant comes first, since it would not be tested where other words take its place.
 */
export function wordsFor(
  share: Pick<ShareSettings, "title" | "text" | "networks">,
  variant: Pick<ShareVariant, "title" | "text"> | null,
  network: Network | "device",
  actionTitle: string,
): ShareWords {
  const own = ownWords(share.networks, network);
  const title = variant?.title || own.title || share.title || actionTitle;
  return { title, text: variant?.text || own.text || share.text || title };
}

function ownWords(own: ShareSettings["networks"], network: Network | "device"): ShareWords {
  switch (network) {
    case "email":
      return { title: own.emailSubject, text: own.emailBody };
    case "copy":
    case "device":
      return { title: "", text: "" };
    default:
      return { title: "", text: own[network] };
  }
}
