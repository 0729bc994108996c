// Says when an event is by the visitor's own clock, where it differs from the clock of the place.
for (const place of document.querySelectorAll("[data-your-time]")) {
  const { yourTime, start, end, zone } = place.dataset;
  const locale = document.documentElement.lang;
  const said = (timeZone) => {
    const words = new Intl.DateTimeFormat(locale, {
      timeZone,
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "numeric",
      minute: "2-digit",
    });
    return end ? words.formatRange(Number(start), Number(end)) : words.format(Number(start));
  };
  try {
    const own = said(undefined);
    if (own !== said(zone)) {
      place.textContent = yourTime.replace("{time}", own);
      place.hidden = false;
    }
  } catch {
    // A browser that does not know the zone shows the place's time alone.
  }
}
