import { expect, test } from "vitest";
import { deviceOf, placeOf, whereabouts } from "./visit";

test.each([
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
    "Safari · iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36",
    "Chrome · Android",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
    "Edge · Windows",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15",
    "Safari · macOS",
  ],
  ["curl/8.0", ""],
  ["", ""],
  [`<script>alert(1)</script>${"x".repeat(5_000)}`, ""],
])("%j is called %j", (agent, device) => {
  expect(deviceOf(agent)).toBe(device);
});

test.each([
  [{ country: "FR", city: "Lyon", timezone: "Europe/Paris" }, "Lyon, FR", "Europe/Paris"],
  [{ country: "FR" }, "FR", "UTC"],
  [{ country: "T1", city: 5, timezone: "Nowhere/None" }, "", "UTC"],
  [{}, "", "UTC"],
])("%j is a place a list can show", (cf, place, timeZone) => {
  const request = new Request("http://localhost/", { cf } as RequestInit);
  expect(placeOf(request)).toBe(place);
  expect(whereabouts(request).timeZone).toBe(timeZone);
});
