import { describe, expect, it } from "vitest";
import { readReturnAddress, returnAddress } from "../platform/mail/return-addresses";
import { mailKey } from "../platform/mail-keys";
import { verdictOf } from "./fault";
import { type ReadMail, readMail } from "./read-mail";
import { type Envelope, keysIn, recognise } from "./recognise";

const ROOT = "groundswell.example";
const DOMAIN = "mail.groundswell.example";
const KEYS = { current: "k1", keys: { k1: "x".repeat(43) } };
const KEY = await mailKey(
  KEYS,
  { groupNo: 7, mailingNo: 12, personNo: 345_678, isProof: false },
  1_790_000_000_000,
);
const TO = returnAddress("bounce", KEY, DOMAIN);

const lines = (text: string) => text.replace(/^\n/, "").replace(/\r?\n/g, "\r\n");
const bytesOf = (text: string) => new TextEncoder().encode(lines(text));
const NOBODY: Envelope = { from: "", to: TO };

async function seen(text: string, envelope: Envelope = NOBODY) {
  const mail = await readMail(bytesOf(text));
  const purpose = readReturnAddress(envelope.to)?.purpose ?? null;
  return recognise(mail, envelope, purpose, ROOT);
}

/** A report in its form: what the server said is all that differs between most of them. */
function report(status: string, diagnostic: string, action = "failed", more = "") {
  return `
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: ${TO}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F2A1

Final-Recipient: rfc822; ana@example.org
Original-Recipient: rfc822;ana@example.org
Action: ${action}
Status: ${status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; ${diagnostic}
${more}
--B
Content-Type: message/rfc822

From: Clean Air <team@${DOMAIN}>
To: ana@example.org
Subject: Our rivers
Message-ID: <${KEY}@${DOMAIN}>

Dear Ana,
--B--
`;
}

describe("reports in their form (RFC 3464)", () => {
  it.each([
    [
      "5.1.1",
      "550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown in local recipient table",
      "hard",
      "no_mailbox",
    ],
    [
      "5.1.1",
      "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
      "hard",
      "no_mailbox",
    ],
    [
      "5.1.10",
      "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ana@example.org not found by SMTP address lookup",
      "hard",
      "no_mailbox",
    ],
    [
      "5.4.1",
      "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR.prod.protection.outlook.com]",
      "hard",
      "no_mailbox",
    ],
    [
      "5.5.0",
      "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)",
      "hard",
      "no_mailbox",
    ],
    [
      "5.0.0",
      "554 delivery error: dd This user doesn't have a yahoo.com account (ana@yahoo.com) [-5]",
      "hard",
      "no_mailbox",
    ],
    [
      "5.0.0",
      "554 30 Sorry, your message to ana@aol.com cannot be delivered. This mailbox is disabled (554.30).",
      "hard",
      "inactive",
    ],
    [
      "5.2.1",
      "550 5.2.1 The email account that you tried to reach is inactive. Learn more at https://support.google.com",
      "hard",
      "inactive",
    ],
    ["5.4.4", "554 5.4.4 [internal] Domain Lookup Failed: nxdomain", "hard", "no_domain"],
    [
      "5.1.2",
      "Host or domain name not found. Name service error for name=exampel.org type=MX: Host not found",
      "hard",
      "no_domain",
    ],
    ["5.4.310", "DNS domain exampel.org does not exist [Message=InfoDomainNonexistent]", "hard", "no_domain"],
    ["5.2.2", "552-5.2.2 The recipient's inbox is out of storage space and inactive.", "soft", "full"],
    ["4.2.2", "452-4.2.2 The email account that you tried to reach is over quota.", "soft", "full"],
    [
      "5.2.2",
      "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
      "soft",
      "full",
    ],
    ["5.1.1", "550 5.1.1 Mailbox full", "soft", "full"],
    [
      "5.7.1",
      "550 5.7.1 [203.0.113.9] Our system has detected that this message is likely unsolicited mail.",
      "soft",
      "blocked",
    ],
    [
      "5.7.1",
      "550 5.7.1 Service unavailable; client host [203.0.113.9] blocked using zen.spamhaus.org",
      "soft",
      "blocked",
    ],
    [
      "5.7.1",
      "550 5.7.1 Unfortunately, messages from [203.0.113.9] weren't sent. Please contact your provider since part of their network is on our block list (S3140)",
      "soft",
      "blocked",
    ],
    [
      "4.7.0",
      "421 4.7.0 [TSS04] Messages from 203.0.113.9 temporarily deferred due to unexpected volume or user complaints",
      "soft",
      "blocked",
    ],
    [
      "5.7.26",
      "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
      "soft",
      "blocked",
    ],
    [
      "5.7.124",
      "550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList; Sender not in allowed senders list",
      "soft",
      "blocked",
    ],
    ["5.3.4", "552 5.3.4 Message size exceeds fixed maximum message size", "soft", "too_big"],
    ["4.4.7", "Delivery expired after 5 days: connection timed out", "soft", "unreachable"],
    ["5.4.14", "554 5.4.14 Hop count exceeded - possible mail loop ATTR34", "soft", "unreachable"],
    [
      "4.7.1",
      "450 4.7.1 <ana@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example",
      "soft",
      "busy",
    ],
    [
      "4.1.1",
      "450 4.1.1 <ana@example.org>: Recipient address rejected: unverified address: user unknown",
      "soft",
      "no_mailbox",
    ],
    ["5.0.0", "the flux is out of balance", "soft", "other"],
    [
      "5.1.8",
      "553 5.1.8 <b+x@mail.example>... Domain of sender address b+x@mail.example does not exist",
      "soft",
      "blocked",
    ],
    ["5.0.0", "550-Verification failed for <b+x@mail.example>; 550 Sender verify failed", "soft", "blocked"],
    ["5.0.0", "550-No Such User Here 550 Sender verify failed", "soft", "blocked"],
    ["5.7.1", "550 5.7.1 <mail.example>: Helo command rejected: Host not found", "soft", "blocked"],
    ["5.0.0", "550 User unknown (in reply to MAIL FROM command)", "soft", "blocked"],
    ["5.0.0", "Connection to address 192.0.2.1 closed by foreign host", "soft", "unreachable"],
  ])("%s %s", async (status, diagnostic, how, fault) => {
    expect(await seen(report(status, diagnostic))).toMatchObject({
      ...{ is: "returned", how, fault, recipient: "ana@example.org" },
    });
  });

  it("is a delay while the server still tries, and a delivery when it says so", async () => {
    expect(
      await seen(report("4.4.1", "connect to mail.example.org: Connection timed out", "delayed")),
    ).toMatchObject({
      ...{ is: "returned", how: "delay", fault: "unreachable" },
    });
    expect(await seen(report("2.0.0", "250 OK", "delivered"))).toMatchObject({
      is: "returned",
      how: "delivered",
    });
    expect(await seen(report("2.0.0", "250 OK", "relayed"))).toMatchObject({
      is: "returned",
      how: "delivered",
    });
  });

  it("reads on where the report holds nothing, is cut off, or its charset is broken", async () => {
    const empty = report("", "").replace(/^Final-Recipient[\s\S]*?Diagnostic-Code.*$/m, "");
    expect(await seen(empty)).toMatchObject({ is: "returned", how: "soft", fault: "other" });
    const whole = report("5.1.1", "550 5.1.1 User unknown");
    for (const length of [whole.indexOf("--B\nContent-Type: message/rfc822"), whole.indexOf("Dear Ana")])
      expect(await seen(whole.slice(0, length))).toMatchObject({ how: "hard", fault: "no_mailbox" });
    const broken = whole
      .replace("us-ascii", '"x-no-such-charset-\u00ff"')
      .replace("This is", "\u00ff\u00fe This is");
    expect(await seen(broken)).toMatchObject({ how: "hard", fault: "no_mailbox" });
  });
});

describe("returns without the form", () => {
  const plain = (from: string, subject: string, text: string, more = "") =>
    `From: ${from}\nTo: ${TO}\nSubject: ${subject}\n${more}Content-Type: text/plain; charset=utf-8\n\n${text}`;

  it.each([
    [
      "qmail",
      plain(
        "MAILER-DAEMON@mx.example.net",
        "failure notice",
        `Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ana@example.org>:
203.0.113.1 does not like recipient.
Remote host said: 550 5.1.1 <ana@example.org> User unknown
Giving up on 203.0.113.1.

--- Below this line is a copy of the message.

Return-Path: <${TO}>
Subject: Our rivers, mailbox full of fish
`,
      ),
      { how: "hard", fault: "no_mailbox", recipient: "ana@example.org" },
    ],
    [
      "qmail without a mailbox",
      plain(
        "MAILER-DAEMON@x.example",
        "failure notice",
        "Hi. This is the qmail-send program at x.\n\n<ana@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "Exim",
      plain(
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ana@example.org
    Unrouteable address
`,
        "X-Failed-Recipients: ana@example.org\n",
      ),
      { how: "hard", fault: "no_mailbox", recipient: "ana@example.org" },
    ],
    [
      "Exim that waits",
      plain(
        "Mailer-Daemon@mx.example.net",
        "Warning: message 1abc delayed 24 hours",
        "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue.\n\n  ana@example.org\n    Delay reason: connection timed out\n\nNo action is required on your part.\n",
      ),
      { how: "delay", fault: "unreachable" },
    ],
    [
      "old sendmail",
      plain(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Returned mail: see transcript for details",
        "   ----- The following addresses had permanent fatal errors -----\n<ana@example.org>\n    (reason: 550 5.1.1 <ana@example.org>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mail.example.org.:\n>>> DATA\n<<< 550 5.1.1 <ana@example.org>... User unknown\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "Exchange, from before it had reports",
      plain(
        "postmaster@corp.example",
        "Undeliverable: Our rivers",
        "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) cannot be reached:\n\n  ana@corp.example on 3/3/2026\n  The e-mail account does not exist at the organization this message was sent to.\n  <mx.corp.example #5.1.1>\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "Office 365",
      plain(
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>",
        "Undeliverable: Our rivers",
        "Your message to ana@corp.example couldn't be delivered.\nana wasn't found at corp.example.\n\n550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "Gmail",
      plain(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to ana@gmail.com because the address couldn't be found, or is unable to receive mail.\n\nThe response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "Gmail that waits",
      plain(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Delay)",
        "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to ana@example.org. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n\nThe recipient server did not accept our requests to connect.\n",
      ),
      { how: "delay" },
    ],
    [
      "Yahoo",
      plain(
        "MAILER-DAEMON@yahoo.com",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<ana@yahoo.com>:\n554: delivery error: dd Not a valid recipient - atlas.yahoo.com\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "Amazon SES",
      plain(
        "MAILER-DAEMON@amazonses.com",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\nana@example.org\n\nThe mailbox is full: 552 5.2.2 over quota\n",
      ),
      { how: "soft", fault: "full" },
    ],
    [
      "French",
      plain(
        "MAILER-DAEMON@mx.exemple.fr",
        "Message non remis",
        "Votre message n'a pas pu être remis au destinataire suivant :\n\n  ana@exemple.fr\n\nL'adresse du destinataire est inconnue.\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "French, full",
      plain(
        "postmaster@exemple.fr",
        "=?utf-8?Q?=C3=89chec_de_la_remise?=",
        "La boîte aux lettres du destinataire est pleine. Le message n'a pas été remis.\n",
      ),
      { how: "soft", fault: "full" },
    ],
    [
      "Spanish",
      plain(
        "MAILER-DAEMON@mx.ejemplo.es",
        "No se pudo entregar el mensaje",
        "El mensaje no se pudo entregar a la siguiente dirección:\n\n  ana@ejemplo.es\n\nEl usuario no existe en este servidor.\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "German",
      plain(
        "Mailer-Daemon@mx.beispiel.de",
        "Unzustellbar: Our rivers",
        "Ihre Nachricht konnte nicht zugestellt werden:\n\n  ana@beispiel.de\n\nDer Empfänger ist unbekannt.\n",
      ),
      { how: "hard", fault: "no_mailbox" },
    ],
    [
      "a postmaster's own words",
      plain(
        "postmaster@small.example",
        "your mail",
        "Hello,\nwe are sorry but nothing of this sort is possible here.\n",
      ),
      { how: "soft", fault: "other" },
    ],
    ["nothing but the address it came to", "X-Nothing: 1\n\n\n", { how: "soft", fault: "other" }],
  ])("%s", async (_, mail, expected) => {
    expect(await seen(mail)).toMatchObject({ is: "returned", ...expected });
  });
});

describe("complaints", () => {
  const arf = (type: string) => `
From: <fbl@mailboxes.example>
To: abuse@${DOMAIN}
Subject: FW: Our rivers
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <ana@example.org>

--B
Content-Type: message/rfc822

From: team@${DOMAIN}
List-Unsubscribe: <mailto:${returnAddress("unsubscribe", KEY, DOMAIN)}>
Subject: Our rivers

Dear
--B--
`;
  const envelope = { from: "fbl@mailboxes.example", to: `abuse@${DOMAIN}` };

  it("is one in its form (RFC 5965), whoever it came to", async () => {
    expect(await seen(arf("abuse"), envelope)).toMatchObject({
      how: "complaint",
      recipient: "ana@example.org",
    });
    expect(await seen(arf("fraud"), envelope)).toMatchObject({ how: "complaint" });
    expect(await seen(arf("abuse"))).toMatchObject({ how: "complaint" });
    expect(keysIn(await readMail(bytesOf(arf("abuse"))), envelope.to)).toContain(KEY);
  });

  it("is none when somebody says that it is no spam, or only wants to leave", async () => {
    expect(await seen(arf("not-spam"), envelope)).toEqual({ is: "automatic" });
    expect(await seen(arf("opt-out"), envelope)).toEqual({ is: "unsubscribe" });
  });

  it("is one by Outlook's and Yahoo's programmes, which hide who complained", async () => {
    const jmrp = `
From: staff@hotmail.com
To: abuse@${DOMAIN}
Subject: complaint about message from 203.0.113.9
X-HmXmrOriginalRecipient: ana@hotmail.com
Content-Type: multipart/mixed; boundary="B"

--B
Content-Type: message/rfc822
Content-Disposition: inline

From: team@${DOMAIN}
Message-ID: <${KEY}@${DOMAIN}>
Subject: Our rivers

Dear
--B--
`;
    expect(await seen(jmrp, envelope)).toMatchObject({ how: "complaint", recipient: "ana@hotmail.com" });
    expect(keysIn(await readMail(bytesOf(jmrp)), envelope.to)).toContain(KEY);
    const yahoo = arf("abuse").replace(/^Original-Rcpt-To.*$/m, "Original-Rcpt-To: <redacted>");
    expect(await seen(yahoo, envelope)).toMatchObject({ how: "complaint", recipient: "" });
  });
});

describe("what nobody wrote", () => {
  const mail = (headers: string, text = "I am away until Monday.") =>
    `From: Ana <ana@example.org>\nTo: ${returnAddress("reply", KEY, DOMAIN)}\n${headers}\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`;
  const envelope = { from: "ana@example.org", to: returnAddress("reply", KEY, DOMAIN) };

  it.each([
    "Auto-Submitted: auto-replied\nSubject: Re: Our rivers",
    "Auto-Submitted: auto-generated (vacation)\nSubject: hello",
    "Precedence: auto_reply\nSubject: hello",
    "X-Autoreply: yes\nSubject: hello",
    "X-Autorespond: Our rivers\nSubject: hello",
    "Subject: Automatic reply: Our rivers",
    "Subject: Out of Office: Our rivers",
    "Subject: Re: Out of the office",
    "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_:_Nos_rivi=C3=A8res?=",
    "Subject: Absence du bureau",
    "Subject: Respuesta =?utf-8?Q?autom=C3=A1tica?=: Nuestros =?utf-8?Q?r=C3=ADos?=",
    "Subject: Fuera de la oficina",
    "Subject: Automatische Antwort: Unsere Fluesse",
    "Subject: Abwesenheitsnotiz",
    "Subject: Afwezig: Onze rivieren",
  ])("%s", async (headers) => {
    expect(await seen(mail(headers), envelope)).toEqual({ is: "automatic" });
  });

  it("is said by its words where the headers say nothing", async () => {
    const text = "Thank you. This is an automated response, do not reply.";
    expect(await seen(mail("Subject: Ticket 5", text), envelope)).toEqual({ is: "automatic" });
  });

  it("is also told at the return path, where absences come", async () => {
    expect(await seen(mail("Subject: Abwesend bis Montag"), { from: "ana@example.org", to: TO })).toEqual({
      is: "automatic",
    });
  });

  it("is a loop when our own list, our own mark or too many servers are in it", async () => {
    const loops = [
      `List-Id: Clean Air <clean-air.${ROOT}>`,
      "X-Groundswell-Forwarded: clean-air",
      Array.from({ length: 60 }, (_, no) => `Received: from a${no} by b${no}`).join("\n"),
    ];
    for (const headers of loops)
      expect(await seen(mail(`${headers}\nSubject: Re: Our rivers`, "Hello"), envelope)).toEqual({
        is: "loop",
      });
  });
});

describe("what somebody wrote", () => {
  const to = returnAddress("reply", KEY, DOMAIN);
  const mail = (subject: string, text: string, type = "text/plain; charset=utf-8") =>
    `From: Ana <ana@example.org>\nTo: ${to}\nIn-Reply-To: <x@y>\nSubject: ${subject}\nContent-Type: ${type}\n\n${text}\n`;
  const envelope = { from: "ana@example.org", to };

  it("is an answer", async () => {
    expect(await seen(mail("Re: Our rivers", "I could not deliver my speech, sorry!"), envelope)).toEqual({
      is: "reply",
    });
    expect(await seen(mail("Re: Our rivers", "Please stop the pollution"), envelope)).toEqual({
      is: "reply",
    });
    expect(await seen(mail("Re: undelivered promises", "Hm."), envelope)).toEqual({ is: "reply" });
    expect(await seen(mail("Delivery problem", "The flag I ordered never came."), envelope)).toEqual({
      is: "reply",
    });
    const html = "<html><style>p{}</style><p>I <b>will</b> come</p><script>alert(1)</script>";
    const read = await readMail(bytesOf(mail("Re: x", html, "text/html; charset=utf-8")));
    expect(read.text.trim()).toBe("I will come");
  });

  it("is an answer also to a mailing about absence, or one that asks to confirm something", async () => {
    for (const subject of ["Re: Absence of justice", "RE: On holiday? Sign first", "Rép : Absents du vote"])
      expect(await seen(mail(subject, "I will come"), envelope), subject).toEqual({ is: "reply" });
    expect(await seen(mail("Re: Absence of justice", "unsubscribe"), envelope)).toEqual({
      is: "unsubscribe",
    });
    const asked = "Please click here to complete your message to the minister. Do not reply to this e-mail.";
    for (const quote of [`> ${asked}`, `On Monday, 3 March, Clean Air wrote:\n${asked}`])
      expect(await seen(mail("Re: Our rivers", `I did, thanks\n\n${quote}`), envelope), quote).toEqual({
        is: "reply",
      });
    expect(await seen(mail("Automatic reply: Absence of justice", "Away"), envelope)).toEqual({
      is: "automatic",
    });
  });

  it("is a wish to leave when it says nothing else, in whatever language", async () => {
    for (const text of [
      "Unsubscribe",
      "STOP.",
      "please remove me",
      "Désabonnement",
      "Me désabonner svp",
      "BAJA",
      "darme de baja por favor",
      "abmelden",
    ])
      expect(
        await seen(
          mail("Re: Our rivers", `${text}\n\nOn Monday, 3 March, Clean Air wrote:\n> Dear Ana`),
          envelope,
        ),
        text,
      ).toEqual({
        is: "unsubscribe",
      });
  });

  it("is a wish to leave at the address for that, whatever it says", async () => {
    const leaving = { from: "ana@example.org", to: returnAddress("unsubscribe", KEY, DOMAIN) };
    expect(await seen(mail("", ""), leaving)).toEqual({ is: "unsubscribe" });
    expect(await seen(mail("Out of office", "x"), leaving)).toEqual({ is: "unsubscribe" });
    expect(await seen(`From: a@b.example\nAuto-Submitted: auto-generated\n\n`, leaving)).toEqual({
      is: "unsubscribe",
    });
  });

  it("is kept when a person writes to the return path", async () => {
    expect(await seen(mail("Re: Our rivers", "Thanks!"), { from: "ana@example.org", to: TO })).toMatchObject({
      is: "unknown",
    });
  });
});

describe("keys", () => {
  it("survive an address that was made small, big, or rewritten on the way", () => {
    const local = TO.split("@")[0] ?? "";
    for (const address of [
      TO,
      TO.toUpperCase(),
      `${local.replace("+", "-")}@${DOMAIN}`,
      `prvs=0123456789=${local}@${DOMAIN}`,
      `SRS0=abcd=XY=${DOMAIN}=${local}@forwarder.example`,
    ])
      expect(readReturnAddress(address), address).toMatchObject({ key: KEY });
    expect(local.length).toBeLessThanOrEqual(64);
    for (const address of [
      "",
      "@",
      "b+@x",
      "b+short@x",
      `b+${"a".repeat(61)}@x`,
      "bob+abcdefghijklmnopqrstuvwxyz234567abcdefgh@x",
      "hello@x",
    ])
      expect(readReturnAddress(address), address).toBeNull();
  });

  it("fit the longest numbers into 64 characters", async () => {
    const copy = { groupNo: 99_999_999, mailingNo: 999_999, personNo: 9_999_999_999, isProof: true };
    const key = await mailKey(KEYS, copy, 4_000_000_000_000);
    const address = returnAddress("unsubscribe", key, DOMAIN);
    expect(address.split("@")[0]?.length).toBeLessThanOrEqual(64);
    expect(readReturnAddress(address)).toEqual({ purpose: "unsubscribe", key });
  });

  it("are found in the mail that came back, also through quoted-printable and in its links", async () => {
    const found = async (body: string) =>
      keysIn(await readMail(bytesOf(`From: a@b.example\n\n${body}`)), "postmaster@x.example");
    expect(await found(`Return-Path: <${TO}>`)).toEqual([KEY]);
    expect(await found(`Return-Path: <${TO.slice(0, 20)}=\n${TO.slice(20)}>`)).toEqual([KEY]);
    expect(await found(`see https://x.${ROOT}/m/${KEY}/3 for more`)).toEqual([KEY]);
    expect(await found(`Message-ID: <${KEY}@${DOMAIN}>`)).toEqual([KEY]);
    expect(
      (await found(`${`<${KEY}@${DOMAIN}> b+${"a".repeat(40)}@x `.repeat(500)}`)).length,
    ).toBeLessThanOrEqual(12);
  });
});

describe("hostile mail", () => {
  const took = async (mail: Uint8Array): Promise<ReadMail> => {
    const began = performance.now();
    const read = await readMail(mail);
    recognise(read, NOBODY, "bounce", ROOT);
    keysIn(read, TO);
    expect(performance.now() - began).toBeLessThan(4_000);
    return read;
  };
  const SIZE = 512 * 1024;
  const fill = (head: string, unit: string) =>
    bytesOf(head + unit.repeat(Math.ceil((SIZE - head.length) / unit.length))).slice(0, SIZE);

  it("is read in bounded time: 10,000 nested parts, 10,000 flat ones, header bombs, deep HTML", async () => {
    let nested = "From: a@b.example\n";
    for (let no = 0; no < 10_000; no += 1)
      nested += `Content-Type: multipart/mixed; boundary="b${no}"\n\n--b${no}\n`;
    expect((await took(bytesOf(nested).slice(0, SIZE))).isWhole).toBe(false);
    await took(
      fill(
        'From: a@b.example\nContent-Type: multipart/mixed; boundary="x"\n\n',
        "--x\nContent-Type: text/plain\n\nhey\n",
      ),
    );
    await took(fill("From: a@b.example\n", "X-A: =?utf-8?B?aGVsbG8=?=\n"));
    await took(fill("From: a@b.example\nSubject: ", "=?utf-8?Q?=C3=A9?= "));
    await took(fill("Subject: x\nFrom: ", "a <a@b.c>, "));
    await took(fill("From: a@b.example\nContent-Type: text/html\n\n", "<div>"));
    await took(fill("From: a@b.example\nContent-Type: text/html\n\n", "<a href='x'>&amp;"));
    await took(fill("From: a@b.example\n\n", "a"));
    await took(fill("From: a@b.example\n\n", "a.b@"));
    await took(fill("From: a@b.example\n\n", "550 mailbox "));
    await took(fill("From: mailer-daemon@b.example\nSubject: failure notice\n\n", "user 4.2. "));
    await took(fill("From: a@b.example\n\n", "b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    await took(fill("", "\n"));
    await took(fill("", "("));
    const empty = btoa("\n".repeat(120_000)).replace(/.{76}/g, "$&\n");
    const returned = "From: mailer-daemon@b.example\nSubject: failure notice\n";
    await took(bytesOf(`${returned}Content-Transfer-Encoding: base64\n\n${empty}`));
    await took(fill(`${returned}Content-Type: text/html\n\n`, "<br>"));
    await took(fill(`${returned}\n`, `${" ".repeat(9)}\n`));
    await took(crypto.getRandomValues(new Uint8Array(60_000)));
    await took(new Uint8Array(0));
  });

  it("says nothing hard of words that are only long", () => {
    expect(verdictOf("user ".repeat(100_000)).how).toBe("soft");
  });
});
