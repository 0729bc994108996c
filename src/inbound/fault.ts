import type { Fault } from "./types";

/** Whether an address is dead, and why a mail came back. Only what is certain is "hard": a wrong one costs a supporter. */
export type Verdict = { how: "hard" | "soft"; fault: Fault };

const hard = (fault: Fault): Verdict => ({ how: "hard", fault });
const soft = (fault: Fault): Verdict => ({ how: "soft", fault });

/**
 * What the words say, the first that fits. Servers put the strangest codes beside them ("5.1.1 mailbox full", "5.7.1 user
 * unknown"), so the words come before the code. A refusal of the sender says nothing of the address: those stand above.
 */
const words: [pattern: RegExp, verdict: Verdict][] = [
  [
    /domain of (?:the )?sender|sender (?:address |domain |host )*(?:is |was )?(?:unknown|invalid|unverified|not (?:found|valid|verified)|does(?: not|n't) exist|could not be verified)|(?:unknown|invalid|bad|unverified) sender|sender verif(?:y|ication)|verification failed for|in reply to (?:mail from|helo|ehlo)|(?:helo|ehlo) (?:command|host|name|domain)|from domain|(?:header from|from header)\b|return[ -]path (?:domain|address|does)|reverse (?:dns|hostname)/i,
    soft("blocked"),
  ],
  [
    /connection (?:\S{1,80} ){0,6}(?:closed|lost|dropped)|lost connection|closed by (?:foreign|remote)|(?:message|delivery|queue|retry time) (?:has |is |was )?(?:expired|time expired)/i,
    soft("unreachable"),
  ],
  [
    /over ?quota|quota (?:is )?(?:exceeded|full)|exceed(?:ed|s)? (?:\w+ )*quota|mail ?box (?:is |for .{0,80} )?(?:too )?full|mail ?box.{0,40}size limit|storage.{0,20}exceeded|insufficient (?:system )?storage|disk (?:space )?quota|not enough (?:disk )?space|bo[iî]te.{0,60}(?:pleine|satur)|quota.{0,20}d[ée]pass|buz[oó]n.{0,40}(?:lleno|llena)|postfach.{0,40}(?:voll|überfüllt|ueberfuellt)|speicherplatz|mailboxfull|out of storage/i,
    soft("full"),
  ],
  [
    /spamhaus|spamcop|barracuda|block ?list|black ?list|blocked (?:for|due|by|using|because)|\bspam\b|dnsbl|\brbl\b|reputation|unsolicited|user complaints|complaint rate|dmarc|\bspf\b|\bdkim\b|not (?:pass|authenticated|authorized)|unauthenticated|policy (?:reasons?|violation|rejection)|message content|content rejected|rejected (?:for|due to) policy|suspicious|virus|phish|tss0\d|relay(?:ing)? (?:access )?(?:denied|not permitted)|sendernotauth|sender (?:address )?(?:rejected|denied|not allowed)|not in the (?:recipient's )?allowed senders|refus[ée].{0,30}politique/i,
    soft("blocked"),
  ],
  [
    /grey ?list|gray ?list|try again later|temporar(?:y|ily)|too (?:many|busy)|rate limit|throttl|receiving mail (?:at a rate|too quickly)|resources? (?:temporarily )?unavailable|server busy/i,
    soft("busy"),
  ],
  [
    /message (?:size|too (?:large|big))|size (?:limit )?exceed|exceeds? (?:the )?(?:maximum )?(?:message )?size|too large|trop (?:volumineux|gros)|demasiado grande|zu (?:groß|gross)/i,
    soft("too_big"),
  ],
  [
    /(?:\bdomain|name service|^host|(?<!remote )\bhost(?= (?:unknown|not found|lookup|does))).{0,60}(?:not found|does(?: not|n't) exist|unknown|lookup failed)|(?:no such|unknown|unrouteable|bad) (?:domain|destination system|host)|nxdomain|null ?mx|does not accept mail|unrouteable (?:mail )?domain|couldn'?t find any host (?:named|by that name)|dns ?domain.{0,30}(?:does not|doesn't) exist|domaine.{0,40}(?:introuvable|inconnu|n'existe)|dominio.{0,40}(?:no existe|no encontrado)|domäne.{0,40}nicht/i,
    hard("no_domain"),
  ],
  [
    /(?:account|mailbox|mail ?box|address|user|recipient|inbox).{0,60}(?:disabled|inactive|deactivated|suspended|discontinued|closed|expired|no longer (?:available|active|in use|valid|exists|accepts)|has been (?:deleted|removed|terminated|closed))|no longer (?:works|employed|with us)|compte.{0,40}(?:désactivé|desactive|fermé|suspendu)|cuenta.{0,40}(?:desactivada|deshabilitada|cerrada|suspendida)/i,
    hard("inactive"),
  ],
  [
    /(?:user|recipient|mailbox|mail ?box|account|address|alias|person|addressee|inbox|rcpt)(?: \S{1,320})?.{0,60}(?:unknown|not found|does(?: not|n't) exist|n(?:o|')t exist|invalid|not (?:recognized|known|listed|valid|a valid)|unavailable|cannot be found|could ?n(?:o|')t be found|was not found|wasn't found|not exist)|(?:unknown|no such|invalid|bad|nonexistent|non-existent|unrouteable|undeliverable) (?:local )?(?:user|recipient|mailbox|account|address|person|addressee|destination mailbox|rcpt|part)|no mailbox (?:here|by that name)|doesn'?t have an? \S{1,60} account|(?:user|recipient|address).{0,30}rejected|recipnotfound|recipientnotfound|adr\.(?:recip|inv)|not our customer|(?:destinataire|utilisateur|adresse|compte|bo[iî]te).{0,80}(?:inconnue?|introuvable|n'existe|invalide|inexistant)|(?:destinatario|usuario|dirección|direccion|buz[oó]n|cuenta).{0,80}(?:desconocid|no existe|inexistente|no (?:se )?(?:ha )?(?:encontr|pudo encontr)|inválid)|(?:empfänger|empfaenger|benutzer|adresse|postfach|konto).{0,80}(?:unbekannt|nicht (?:gefunden|bekannt|vorhanden|existiert)|existiert nicht|ungültig)/i,
    hard("no_mailbox"),
  ],
  [
    /timed? ?out|connection (?:refused|timed|reset)|(?:could|can) ?not connect|no route|network (?:is )?unreachable|unreachable|loop detected|hop count|too many hops|retry time(?:out)? (?:not reached|exceeded)|no answer from|deferred|expired|undeliverable for \d|in the queue too long|wasn't able to (?:establish|connect)/i,
    soft("unreachable"),
  ],
];

/** What is wrong with the sender (RFC 3463, X.1.7 and X.1.8): the words beside it are of the sender's address. */
const ABOUT_SENDER = /^[45]\.1\.[78]$/;

/** Enhanced status codes (RFC 3463 and IANA's list), where the words say nothing known. */
const codes: [pattern: RegExp, verdict: Verdict][] = [
  [/^5\.1\.[136]$|^5\.1\.10$|^5\.1\.11$/, hard("no_mailbox")],
  [/^5\.1\.2$|^5\.4\.310$/, hard("no_domain")],
  [/^5\.2\.1$/, hard("inactive")],
  [/^[45]\.2\.2$|^[45]\.2\.122$/, soft("full")],
  [/^[45]\.[23]\.[34]$/, soft("too_big")],
  [/^[45]\.4\.\d+$/, soft("unreachable")],
  [/^[45]\.7\.\d+$/, soft("blocked")],
  [/^4\.\d+\.\d+$/, soft("busy")],
];

/** Why a mail came back though somebody may read there: the sender, the mail itself, or a mailbox that is full. */
const NOT_DEAD: ReadonlySet<Fault> = new Set(["blocked", "full", "too_big", "busy"] as const);

/** Whether a server's own words contradict a mail service that calls an address dead. */
export function isAlive(fault: Fault): boolean {
  return NOT_DEAD.has(fault);
}

const ENHANCED = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
const WORDS_MAX = 2_000;

/**
 * What a server's answer says of an address.
 * @param said its words, with whatever codes are in them
 * @param status the code of a report's Status field, "" for none
 */
export function verdictOf(said: string, status = ""): Verdict {
  const text = said.slice(0, WORDS_MAX).replace(/\s+/g, " ");
  const code = status || (ENHANCED.exec(text)?.[1] ?? "");
  if (ABOUT_SENDER.test(code)) return soft("blocked");
  const byWords = words.find(([pattern]) => pattern.test(text))?.[1];
  // "Temporary" words in a final answer, and final words in one for now: neither is a dead address.
  if (byWords) return byWords.how === "hard" && code.startsWith("4") ? soft(byWords.fault) : byWords;
  return codes.find(([pattern]) => pattern.test(code))?.[1] ?? soft("other");
}
