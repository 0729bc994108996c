import { providerDomains } from "../platform/mail/mailbox-provider";

/** Beside those of the great mailbox providers. */
const others = new Set(
  `yahoo.ca yahoo.fr yahoo.es yahoo.co.uk yahoo.de yahoo.it yahoo.com.br yahoo.com.mx yahoo.com.ar outlook.fr
  outlook.es hotmail.ca hotmail.fr hotmail.es hotmail.co.uk hotmail.de hotmail.it live.ca live.fr live.co.uk
  freenet.de mail.com email.com mail.ru yandex.com yandex.ru bbox.fr numericable.fr libero.it virgilio.it tiscali.it
  terra.es terra.com.br uol.com.br bol.com.br ono.com cox.net charter.net earthlink.net optonline.net shaw.ca
  rogers.com sympatico.ca bell.net telus.net videotron.ca sky.com talktalk.net virginmedia.com ntlworld.com
  blueyonder.co.uk bigpond.com optusnet.com.au zoho.com fastmail.com tutanota.com tuta.io hey.com qq.com 163.com
  126.com naver.com hanmail.net rediffmail.com`.split(/\s+/),
);

/** Domains that belong to everybody: nobody can prove one, and their keepers refuse mail of theirs that comes from elsewhere. */
export function isFreeMail(domain: string): boolean {
  return providerDomains.has(domain) || others.has(domain);
}
