/** Mailbox providers whose domains belong to everybody: nobody can prove one, and they refuse mail of theirs that comes from elsewhere. */
const freeMail = new Set(
  `gmail.com googlemail.com yahoo.com yahoo.ca yahoo.fr yahoo.es yahoo.co.uk yahoo.de yahoo.it yahoo.com.br yahoo.com.mx yahoo.com.ar
  ymail.com rocketmail.com aol.com aim.com outlook.com outlook.fr outlook.es hotmail.com hotmail.ca hotmail.fr hotmail.es hotmail.co.uk
  hotmail.de hotmail.it live.com live.ca live.fr live.co.uk msn.com icloud.com me.com mac.com proton.me protonmail.com pm.me
  gmx.com gmx.de gmx.net gmx.fr gmx.es web.de t-online.de freenet.de mail.com email.com mail.ru yandex.com yandex.ru
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr libero.it virgilio.it tiscali.it
  telefonica.net terra.es terra.com.br uol.com.br bol.com.br ono.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net
  cox.net charter.net earthlink.net optonline.net shaw.ca rogers.com sympatico.ca bell.net telus.net videotron.ca
  btinternet.com sky.com talktalk.net virginmedia.com ntlworld.com blueyonder.co.uk bigpond.com optusnet.com.au
  zoho.com fastmail.com tutanota.com tuta.io hey.com qq.com 163.com 126.com naver.com hanmail.net rediffmail.com`.split(
    /\s+/,
  ),
);

export function isFreeMail(domain: string): boolean {
  return freeMail.has(domain);
}
