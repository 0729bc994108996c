import { describe, expect, it } from "vitest";
import type { ActionSnapshot } from "../actions/types";
import { calendarEntry, calendarFile, calendarLinks } from "./calendar";
import { type EventSettings, eventSettings } from "./types";

const PAGE = "https://riverside.example/events/canvass";

function entryOf(settings: Partial<EventSettings>, isAttendee = false, title = "Canvass; with, friends") {
  const snapshot = {
    version: 7,
    action: {
      id: "01890000-0000-7000-8000-000000000001",
      slug: "canvass",
      title,
      locale: "en",
      settings: eventSettings.parse({
        timeZone: "America/Toronto",
        startsAt: "2026-03-12T19:00",
        endsAt: "2026-03-12T21:00",
        where: "both",
        place: {
          name: "Mill Lane Library",
          street: "12 Mill Lane",
          locality: "Toronto",
          region: "ON",
          country: "CA",
        },
        online: { url: "https://meet.example/abc" },
        ...settings,
      }),
    },
  } as unknown as Pick<ActionSnapshot, "version" | "action">;
  const entry = calendarEntry(snapshot, PAGE, { isAttendee });
  if (!entry) throw new Error("no entry");
  return entry;
}

/** The lines of a calendar file with the folded ones put together (RFC 5545 §3.1). */
const linesOf = (text: string) => text.replace(/\r\n[ \t]/g, "").split("\r\n");

describe("a calendar file", () => {
  it("says when in UTC, where, and what it is, escaped and folded as the format asks", () => {
    const text = calendarFile("Canvass", [entryOf({})]);
    expect(text.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75)).toBe(true);
    const lines = linesOf(text);
    expect(lines.slice(0, 2)).toEqual(["BEGIN:VCALENDAR", "VERSION:2.0"]);
    for (const line of [
      "UID:01890000-0000-7000-8000-000000000001",
      "SEQUENCE:7",
      "DTSTART:20260312T230000Z",
      "DTEND:20260313T010000Z",
      "SUMMARY:Canvass\\; with\\, friends",
      "STATUS:CONFIRMED",
    ])
      expect(lines).toContain(line);
    expect(text).toContain("Mill Lane Library");
    expect(lines.some((line) => line.startsWith("DESCRIPTION:Join online: https://meet.example/abc"))).toBe(
      true,
    );
  });

  it("takes no line of its own from a title", () => {
    const text = calendarFile("x", [entryOf({}, false, "A\r\nATTENDEE:mailto:victim@example.org")]);
    expect(linesOf(text).some((line) => line.startsWith("ATTENDEE"))).toBe(false);
  });

  it("says that the event is called off", () => {
    expect(linesOf(calendarFile("x", [entryOf({ cancelled: { at: 1, note: "" } })]))).toContain(
      "STATUS:CANCELLED",
    );
  });

  it("tells only attendees what is for them alone", () => {
    const hidden = calendarFile("x", [entryOf({ isForAttendees: true })]);
    expect(hidden).not.toMatch(/meet\.example|Mill Lane/);
    expect(hidden).toContain("Toronto");
    expect(calendarFile("x", [entryOf({ isForAttendees: true }, true)])).toMatch(/12 Mill\s*Lane/);
  });
});

it("links to the calendars of the web hold the same", () => {
  const { google, outlook } = calendarLinks(entryOf({}));
  expect(Object.fromEntries(new URL(google).searchParams)).toMatchObject({
    text: "Canvass; with, friends",
    dates: "20260312T230000Z/20260313T010000Z",
  });
  expect(new URL(outlook).searchParams.get("startdt")).toBe("2026-03-12T23:00:00.000Z");
});
