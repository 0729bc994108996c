import type { Locale } from "../ui/i18n";

export const CHATS_MAX = 20;
export const CHAT_NAME_MAX = 80;
export const CHAT_URL_MAX = 2_000;
/** What no chat takes in so long is not taken. */
export const CHAT_TIMEOUT_MS = 8_000;
/** After so many notices in a row that were not taken the connection is paused. */
export const CHAT_FAILURES_MAX = 5;
/** The pauses between the tries of one notice, in ms. */
export const CHAT_RETRY_MS = [60_000, 300_000, 1_800_000] as const;

export const services = ["slack", "discord", "mattermost", "matrix", "teams"] as const;
export type Service = (typeof services)[number];

export const tellings = ["milestones", "published", "comments", "gifts", "filling", "daily"] as const;
export type Telling = (typeof tellings)[number];

export type Chat = {
  no: number;
  name: string;
  service: Service;
  url: string;
  tells: Telling[];
  /** Gifts of less, in the smallest unit of the group's currency, are not told. */
  giftFrom: number;
  locale: Locale;
  state: "on" | "paused";
  failures: number;
  lastAt: number | null;
  lastProblem: string | null;
  deletedAt: number | null;
};

/** What chats are told: numbers and the titles of public pages, and nothing of any person. */
export type Notice =
  | { is: "test" }
  | { is: "milestone" | "goal"; title: string; url: string; count: number }
  | { is: "published"; title: string; url: string }
  | { is: "comments"; title: string; url: string; count: number }
  | { is: "gift"; title: string; url: string; amount: number; currency: string }
  | { is: "filling" | "full"; title: string; url: string; taken: number; places: number }
  | { is: "daily"; url: string; count: number; actions: { title: string; count: number }[] };

/** Which tick tells a notice. */
export const tellingOf: Record<Exclude<Notice["is"], "test">, Telling> = {
  milestone: "milestones",
  goal: "milestones",
  published: "published",
  comments: "comments",
  gift: "gifts",
  filling: "filling",
  full: "filling",
  daily: "daily",
};
