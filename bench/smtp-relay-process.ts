import { type AddressInfo, connect, createServer } from "node:net";
import { CERTIFICATE, startRelay } from "../test/smtp-relay.ts";

/*
 * The relay of the SMTP bench in a process of its own, so that it shares its thread with neither side: at one port as near as can
 * be, at the other as far away as a relay in the next country.
 */

const ONE_WAY_MS = 10;

const relay = await startRelay();
const distant = createServer((near) => {
  const far = connect(relay.port, "127.0.0.1");
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on("data", (bytes) => setTimeout(() => to.writable && to.write(bytes), ONE_WAY_MS));
    from.on("close", () => setTimeout(() => to.destroy(), ONE_WAY_MS));
    from.on("error", () => to.destroy());
  }
});
distant.listen(0, "127.0.0.1", () => {
  process.send?.({
    near: relay.port,
    far: (distant.address() as AddressInfo).port,
    certificate: CERTIFICATE,
  });
});
// What is kept would fill memory.
setInterval(() => relay.mails.splice(0), 100).unref();
process.on("disconnect", () => process.exit());
