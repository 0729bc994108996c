import type { GroupDb } from "../groups/shard";
import { idFromHex, idToHex, type ParticipationId } from "../platform/ids";
import { CAMPAIGN_EVENTS_MAX, type HostingState, hostingStates, type Offer, offer } from "./campaign-types";

/** Somebody's offer to host an event of a campaign, and what became of it. */
export type Hosting = {
  id: ParticipationId;
  personNo: number;
  email: string;
  name: string;
  givenName: string;
  offer: Offer | null;
  actedAt: number;
  state: HostingState | null;
  actionNo: number | null;
  /** The event, once there is one. */
  event: { id: string; slug: string; title: string; status: string } | null;
};

const HOSTINGS_MAX = 200;

type HostingRow = {
  id: string;
  person_no: number;
  email: string | null;
  answer: string;
  acted_at: number;
  state: number | null;
  action_no: number | null;
  event_id: string | null;
  slug: string | null;
  title: string | null;
  status: string | null;
};

const SELECT = `
  SELECT hex(p.id) AS id, p.person_no, person.email, p.answer, p.acted_at, h.state, h.action_no,
    hex(a.id) AS event_id, a.slug, a.title, a.status
  FROM participations p INDEXED BY participations_by_action
  CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
  LEFT JOIN event_hostings h ON h.group_no = p.group_no AND h.campaign_no = p.action_no AND h.id = p.id
  LEFT JOIN actions a ON a.group_no = p.group_no AND a.action_no = h.action_no
  WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.removal_no = 0`;

/** The offers of a campaign, the newest first; those that nobody has decided before all others. */
export async function listHostings({ d1, groupNo }: GroupDb, campaignNo: number): Promise<Hosting[]> {
  const { results } = await d1
    .prepare(`${SELECT} ORDER BY h.state IS NOT NULL, p.id DESC LIMIT ${HOSTINGS_MAX}`)
    .bind(groupNo, campaignNo)
    .run<HostingRow>();
  return results.map(hostingOf);
}

export async function hostingById(
  { d1, groupNo }: GroupDb,
  campaignNo: number,
  id: ParticipationId,
): Promise<Hosting | null> {
  const row = await d1
    .prepare(`${SELECT} AND p.id = unhex(?3)`)
    .bind(groupNo, campaignNo, idToHex(id))
    .first<HostingRow>();
  return row ? hostingOf(row) : null;
}

/** Offers made in a window that nobody has decided and that have become no event. */
export async function undecided(
  { d1, groupNo }: GroupDb,
  campaignNo: number,
  window: { sinceMs: number; untilMs: number },
): Promise<[personNo: number, id: ParticipationId][]> {
  const { results } = await d1
    .prepare(
      `${SELECT} AND p.acted_at > ?3 AND p.acted_at <= ?4 AND (h.state IS NULL OR (h.state = ${hostingStates.approved} AND h.action_no IS NULL))
       ORDER BY p.id LIMIT ${HOSTINGS_MAX}`,
    )
    .bind(groupNo, campaignNo, window.sinceMs, window.untilMs)
    .run<HostingRow>();
  return results.map((row) => [row.person_no, idFromHex(row.id)]);
}

function hostingOf(row: HostingRow): Hosting {
  const answer = JSON.parse(row.answer);
  const read = offer.safeParse(answer.own ?? {});
  const names = [answer.givenName, answer.familyName].filter((name) => typeof name === "string");
  return {
    id: idFromHex(row.id),
    personNo: row.person_no,
    email: row.email ?? "",
    name: names.join(" "),
    givenName: names[0] ?? "",
    offer: read.success ? read.data : null,
    actedAt: row.acted_at,
    state:
      row.state === hostingStates.approved
        ? "approved"
        : row.state === hostingStates.refused
          ? "refused"
          : null,
    actionNo: row.action_no,
    event:
      row.event_id && row.slug !== null && row.title !== null && row.status !== null
        ? { id: idFromHex(row.event_id), slug: row.slug, title: row.title, status: row.status }
        : null,
  };
}

/** Decides on an offer. Gives false when it was decided before. */
export async function decideHosting(
  { d1, groupNo }: GroupDb,
  campaignNo: number,
  id: ParticipationId,
  { state, by, now }: { state: HostingState; by: number; now: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO event_hostings (group_no, campaign_no, id, state, account_no, decided_at)
       VALUES (?1, ?2, unhex(?3), ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, campaignNo, idToHex(id), hostingStates[state], by, now)
    .run();
  return meta.changes > 0;
}

/** Says which event an offer has become. Gives false when it had become one before. */
export async function settleHosting(
  { d1, groupNo }: GroupDb,
  campaignNo: number,
  id: ParticipationId,
  actionNo: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE event_hostings SET action_no = ?4
       WHERE group_no = ?1 AND campaign_no = ?2 AND id = unhex(?3) AND action_no IS NULL`,
    )
    .bind(groupNo, campaignNo, idToHex(id), actionNo)
    .run();
  return meta.changes > 0;
}

export type HostedEvent = { slug: string; title: string; settings: string; extra: string | null };

/** The live events of a campaign. */
export async function hostedEvents({ d1, groupNo }: GroupDb, campaignNo: number): Promise<HostedEvent[]> {
  const { results } = await d1
    .prepare(
      `SELECT a.slug, a.title, a.settings, a.extra FROM event_hostings h
       CROSS JOIN actions a ON a.group_no = h.group_no AND a.action_no = h.action_no
       WHERE h.group_no = ?1 AND h.campaign_no = ?2 AND a.status = 'published' AND a.limited_at IS NULL
       ORDER BY a.action_no DESC LIMIT ${CAMPAIGN_EVENTS_MAX * 2}`,
    )
    .bind(groupNo, campaignNo)
    .run<HostedEvent>();
  return results;
}
