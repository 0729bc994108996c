import { expect, it } from "vitest";
import { hostnameOf, networkOf } from "./http";

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

function from(address: string): Request {
  return new Request("http://localhost/", { headers: { "CF-Connecting-IP": address } });
}

it.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9", true],
  ["2001:db8:1:2::", "2001:0db8:0001:0002:ffff::1", true],
  ["2001:db8::1", "2001:db8:0:0:1::1", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
])("%s and %s are one network: %s", (one, other, isSame) => {
  expect(networkOf(from(one)) === networkOf(from(other))).toBe(isSame);
});
