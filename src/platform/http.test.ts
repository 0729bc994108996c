import { expect, it } from "vitest";
import { hostnameOf } from "./http";

it.each([
  ["http://group.localhost:8787/petitions/x?source=y", "group.localhost"],
  ["https://www.example.org/", "www.example.org"],
  ["https://www.example.org./about", "www.example.org"],
  ["https://EXAMPLE.org:443/", "example.org"],
  ["https://someone:secret@example.org/", "example.org"],
  ["http://[::1]:8787/", "[::1]"],
  ["http://127.0.0.1:8787/", "127.0.0.1"],
  ["https://bücher.example/", "xn--bcher-kva.example"],
])("reads the host of %s", (url, host) => {
  expect(hostnameOf(new Request(url))).toBe(host);
});
