import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { fakeEmail, fakeQueue, refusal } from "../../../test/fake-mail";
import type { Env } from "../../env";
import { createContext } from "../context";
import { CAPTURED_PAGE_MAX, listCaptured, readCaptured } from "./capture";
import { deliverMail, MAILS_PER_ADDRESS_MAX, type MailMessage, sendLater } from "./mail";
import type { MailQueued } from "./messages";
import { retryDelaySeconds, sendQueued } from "./queued";

function contextWith(changes: Partial<Pick<Env, "EMAIL" | "MAIL" | "ENVIRONMENT">>, now?: number) {
  return createContext({ ...env, ...changes }, "test", () => {}, now);
}

function mailTo(to: string): MailMessage {
  return {
    to,
    subject: "Thank you 🌊",
    html: '<p>Thank <a href="https://a.example/?x=1&amp;y=2">you</a></p>',
    text: "Thank you",
  };
}

function queuedTo(to: string, changes: Partial<MailQueued> = {}): MailQueued {
  return {
    type: "mail.send",
    id: crypto.randomUUID(),
    attempt: 1,
    purpose: "notice",
    message: mailTo(to),
    ...changes,
  };
}

describe("handing over", () => {
  it("gives the provider one recipient, both forms and our own sender", async () => {
    const email = fakeEmail();
    const ctx = contextWith({ EMAIL: email.binding });
    const message = { ...mailTo("ana@example.org"), fromName: "Clean Air Now", replyTo: "team@example.org" };
    expect(await deliverMail(ctx, message, "receipt")).toEqual({ outcome: "accepted", id: "m-1" });
    expect(email.sent).toEqual([
      {
        from: { name: "Clean Air Now", email: "hello@groundswell.example" },
        to: "ana@example.org",
        replyTo: "team@example.org",
        subject: "Thank you 🌊",
        html: message.html,
        text: "Thank you",
        headers: { "Auto-Submitted": "auto-generated" },
      },
    ]);
  });

  it.each(["a@b.org, c@d.org", "no address", "a@b.org\r\nBcc: c@d.org"])(
    "to %j is refused before the provider",
    async (to) => {
      const email = fakeEmail();
      const ctx = contextWith({ EMAIL: email.binding });
      expect(await deliverMail(ctx, mailTo(to), "receipt")).toEqual({
        outcome: "permanent",
        reason: "recipient",
      });
      expect(email.sent).toEqual([]);
    },
  );

  it("with a forbidden header is refused before the provider", async () => {
    const email = fakeEmail();
    const ctx = contextWith({ EMAIL: email.binding });
    const message = { ...mailTo("ana@example.org"), headers: { Bcc: "b@example.org" } };
    expect(await deliverMail(ctx, message, "notice")).toEqual({
      outcome: "permanent",
      reason: "header_not_allowed",
    });
    expect(email.sent).toEqual([]);
  });

  it("answers with the provider's refusal and captures nothing", async () => {
    const ctx = contextWith({ EMAIL: fakeEmail(() => refusal("E_RECIPIENT_SUPPRESSED")).binding });
    expect(await deliverMail(ctx, mailTo("suppressed@example.org"), "receipt")).toEqual({
      outcome: "permanent",
      reason: "E_RECIPIENT_SUPPRESSED",
    });
    expect((await listCaptured(env.FILES, { to: "suppressed@example.org" })).mails).toEqual([]);
  });

  it("works through the platform's own binding, with files, which are captured too", async () => {
    const file = {
      filename: "a.pdf",
      type: "application/pdf",
      content: new TextEncoder().encode("%PDF-1.7"),
    };
    const mail = { ...mailTo("binding@example.org"), attachments: [file] };
    const result = await deliverMail(contextWith({}), mail, "notice");
    expect(result).toMatchObject({ outcome: "accepted", id: expect.any(String) });
    const [listed] = (await listCaptured(env.FILES, { to: "binding@example.org" })).mails;
    expect(await readCaptured(env.FILES, listed?.key ?? "")).toMatchObject({
      messageId: result.outcome === "accepted" ? result.id : "",
      files: [{ filename: "a.pdf", type: "application/pdf", base64: "JVBERi0xLjc=" }],
    });
  });
});

describe("the cap of one address", () => {
  it("stops one more mail within the hour, whatever its kind, and lets other addresses be", async () => {
    const email = fakeEmail();
    const ctx = contextWith({ EMAIL: email.binding });
    for (let n = 0; n < MAILS_PER_ADDRESS_MAX; n += 1) {
      const result = await deliverMail(ctx, mailTo("flooded@example.org"), n % 2 ? "receipt" : "notice");
      expect(result.outcome).toBe("accepted");
    }
    expect(await deliverMail(ctx, mailTo("Flooded@Example.org"), "receipt")).toEqual({
      outcome: "capped",
      reason: "address",
    });
    expect(email.sent).toHaveLength(MAILS_PER_ADDRESS_MAX);
    expect((await deliverMail(ctx, mailTo("other@example.org"), "receipt")).outcome).toBe("accepted");
  });

  it("does not count sign-in mail, nor stop it", async () => {
    const ctx = contextWith({ EMAIL: fakeEmail().binding });
    for (let n = 0; n < MAILS_PER_ADDRESS_MAX + 2; n += 1) {
      expect((await deliverMail(ctx, mailTo("signs-in@example.org"), "sign-in")).outcome).toBe("accepted");
    }
    expect((await deliverMail(ctx, mailTo("signs-in@example.org"), "receipt")).outcome).toBe("accepted");
  });
});

describe("the queue", () => {
  it("carries a mail to the provider", async () => {
    const queue = fakeQueue<MailQueued>();
    const email = fakeEmail();
    const ctx = contextWith({ MAIL: queue.binding, EMAIL: email.binding });
    await sendLater(ctx, mailTo("later@example.org"), "invitation");
    const [message] = queue.sent;
    expect(message?.body).toMatchObject({ type: "mail.send", attempt: 1, purpose: "invitation" });
    if (message) expect(await sendQueued(ctx, message.body)).toBe("accepted");
    expect(email.sent).toHaveLength(1);
  });

  it("refuses a mail it cannot hold", async () => {
    const ctx = contextWith({ MAIL: fakeQueue<MailQueued>().binding });
    const message = { ...mailTo("big@example.org"), html: "é".repeat(70_000) };
    await expect(sendLater(ctx, message, "notice")).rejects.toThrow("does not fit");
  });

  it("may deliver a message twice: one mail leaves", async () => {
    const email = fakeEmail();
    const ctx = contextWith({ EMAIL: email.binding });
    const queued = queuedTo("twice@example.org");
    expect(await Promise.all([sendQueued(ctx, queued), sendQueued(ctx, queued)])).toContain("repeated");
    expect(email.sent).toHaveLength(1);
  });

  it("tries again later, and longer later each time, what the provider puts off", async () => {
    const queue = fakeQueue<MailQueued>();
    const email = fakeEmail((attempt) => (attempt < 3 ? refusal("E_RATE_LIMIT_EXCEEDED") : `m-${attempt}`));
    const ctx = contextWith({ MAIL: queue.binding, EMAIL: email.binding });
    await sendQueued(ctx, queuedTo("put-off@example.org"));
    for (let n = 0; n < 2; n += 1) {
      const next = queue.sent[n];
      if (next) await sendQueued(ctx, next.body);
    }
    expect(queue.sent.map(({ body, delaySeconds }) => [body.attempt, delaySeconds])).toEqual([
      [2, 30],
      [3, 60],
    ]);
    expect(email.sent).toHaveLength(3);
    expect((await listCaptured(env.FILES, { to: "put-off@example.org" })).mails).toHaveLength(1);
    expect(retryDelaySeconds(17)).toBe(3_600);
  });

  it("gives a sign-in mail up before its link has expired", async () => {
    const queue = fakeQueue<MailQueued>();
    const ctx = contextWith({
      MAIL: queue.binding,
      EMAIL: fakeEmail(() => refusal("E_DAILY_LIMIT_EXCEEDED")).binding,
    });
    let queued: MailQueued | undefined = queuedTo("waits@example.org", { purpose: "sign-in" });
    let waitedSeconds = 0;
    while (queued) {
      await sendQueued(ctx, queued);
      const next = queue.sent.shift();
      waitedSeconds += next?.delaySeconds ?? 0;
      queued = next?.body;
    }
    expect(waitedSeconds).toBe(30 + 60 + 120);
  });

  it("never repeats a mail whose outcome is unknown", async () => {
    const queue = fakeQueue<MailQueued>();
    const ctx = contextWith({
      MAIL: queue.binding,
      EMAIL: fakeEmail(() => new Error("Network connection lost.")).binding,
    });
    expect(await sendQueued(ctx, queuedTo("unknown@example.org"))).toBe("unknown");
    expect(queue.sent).toEqual([]);
  });
});

describe("the development mailbox", () => {
  it("keeps what was accepted as it was sent, newest first, with its links", async () => {
    const at = Date.parse("2030-01-01T00:00:00Z");
    for (const minute of [1, 2, 3]) {
      const ctx = contextWith({ EMAIL: fakeEmail().binding }, at + minute * 60_000);
      await deliverMail(
        ctx,
        { ...mailTo("box@example.org"), subject: `No ${minute} 🌊`, replyTo: "t@example.org" },
        "notice",
      );
    }
    const { mails, next } = await listCaptured(env.FILES, { to: "Box@example.org" });
    expect(mails.map(({ subject }) => subject)).toEqual(["No 3 🌊", "No 2 🌊", "No 1 🌊"]);
    expect(next).toBeNull();
    const mail = await readCaptured(env.FILES, mails[0]?.key ?? "");
    expect(mail).toMatchObject({
      to: "box@example.org",
      from: "hello@groundswell.example",
      fromName: "Groundswell",
      replyTo: "t@example.org",
      at: at + 180_000,
      links: ["https://a.example/?x=1&y=2"],
      headers: { "Auto-Submitted": "auto-generated" },
    });
  });

  it("goes on where a full page ended", async () => {
    for (let n = 0; n < CAPTURED_PAGE_MAX + 1; n += 1) {
      await deliverMail(
        contextWith({ EMAIL: fakeEmail().binding }, n),
        mailTo("many@example.org"),
        "sign-in",
      );
    }
    const first = await listCaptured(env.FILES, { to: "many@example.org" });
    expect(first.mails).toHaveLength(CAPTURED_PAGE_MAX);
    const second = await listCaptured(env.FILES, { to: "many@example.org", after: first.next ?? "" });
    expect(second.mails.map(({ at }) => at)).toEqual([0]);
    expect(second.next).toBeNull();
  });

  it.each(["../../secret", "dev/mail/x", ""])("has no mail of the name %j", async (name) => {
    expect(await readCaptured(env.FILES, name)).toBeNull();
  });

  it("is empty outside development", async () => {
    const ctx = contextWith({ ENVIRONMENT: "production", EMAIL: fakeEmail().binding });
    expect((await deliverMail(ctx, mailTo("prod@example.org"), "receipt")).outcome).toBe("accepted");
    expect((await listCaptured(env.FILES, { to: "prod@example.org" })).mails).toEqual([]);
  });
});
