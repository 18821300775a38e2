/* Frontpage's beacon: tells the collector which article a reader has opened. How to put it on a page: docs/beacon.md */
(() => {
  const { collector, article, section, user, clock, consent } = document.currentScript.dataset;
  const queue = 'frontpage.clicks';
  const reader = 'frontpage.reader';
  const maxClicks = 200;
  const maxAgeMs = 864e5;
  const serverAhead = clock ? clock - Date.now() : 0;
  const refused = [navigator.doNotTrack, window.doNotTrack].includes('1') || navigator.globalPrivacyControl === true;
  const underway = new Set();
  let agreed = (consent ?? String(window.frontpageConsent)) === 'true';
  let inMemory;
  let opened = false;
  let sending = false;
  let failures = 0;
  let batchSize = 100;
  let timer;

  // A page must never break by it.
  const warn = (error) => console.warn('frontpage beacon:', error);
  const safely = (work) => (given) => {
    try {
      work(given)?.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
  const allowed = () => agreed && !refused;
  const now = () => Date.now() + serverAhead;
  // crypto.randomUUID is missing on pages without TLS.
  const newId = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((n) => (n + 256).toString(16).slice(1)).join('');

  const load = () => {
    let clicks = inMemory;
    try {
      clicks ??= JSON.parse(localStorage.getItem(queue));
    } catch {}
    return (Array.isArray(clicks) ? clicks : [])
      .filter((click) => Date.parse(click?.occurred_at) > now() - maxAgeMs)
      .slice(-maxClicks);
  };
  const save = (clicks) => {
    try {
      localStorage.setItem(queue, JSON.stringify(clicks));
      inMemory = undefined;
    } catch {
      // Storage is blocked or full.
      inMemory = clicks;
    }
  };
  const remove = (clicks) => {
    const ids = new Set(clicks.map((click) => click.event_id));
    save(load().filter((click) => !ids.has(click.event_id)));
  };
  const forget = () => {
    clearTimeout(timer);
    inMemory = undefined;
    for (const name of ['localStorage', 'sessionStorage']) {
      try {
        window[name].removeItem(queue);
        window[name].removeItem(reader);
      } catch {}
    }
  };
  const idIn = (storage) => {
    try {
      const id = window[storage].getItem(reader) ?? newId();
      window[storage].setItem(reader, id);
      return id;
    } catch {
      idIn[storage] ??= newId();
      return idIn[storage];
    }
  };

  const sendIn = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(safely(send), ms);
  };
  const send = async () => {
    const batch = load().slice(0, batchSize);
    if (!allowed() || sending || batch.length === 0) return;
    sending = true;
    for (const click of batch) underway.add(click.event_id);
    // A request with a string needs no preflight, and outlives the page.
    const answer = { method: 'POST', body: JSON.stringify(batch), keepalive: true, credentials: 'omit' };
    const { ok, status } = await fetch(collector, answer).catch(() => ({}));
    sending = false;
    for (const click of batch) underway.delete(click.event_id);
    if (!allowed()) return;
    // One bad click refuses its batch: the others go alone.
    const bad = status === 400 || status === 413;
    if (ok || (bad && batch.length === 1)) remove(batch);
    if (bad) batchSize = 1;
    if (ok || bad) {
      failures = 0;
      if (load().length > 0) sendIn(0);
      else batchSize = 100;
      return;
    }
    failures += 1;
    sendIn(Math.min(3e5, 1000 * 2 ** failures) * (0.5 + Math.random()));
  };
  // Nobody sees the answer to a beacon: its clicks stay, are sent again by the next page, and counted once by their ids.
  const leave = () => {
    const clicks = load().filter((click) => !underway.has(click.event_id));
    if (!allowed() || clicks.length === 0) return;
    navigator.sendBeacon(collector, JSON.stringify(clicks));
    for (const click of clicks) underway.add(click.event_id);
  };
  const count = (article_id, inSection) => {
    if (!allowed()) return;
    const from = /^https?:[/]+[^/]+/.exec(document.referrer)?.[0];
    const click = {
      event_id: newId(),
      user_id: user || idIn('localStorage'),
      article_id,
      occurred_at: new Date(now()).toISOString(),
      section: inSection || undefined,
      session_id: idIn('sessionStorage'),
      referrer: from === location.origin ? undefined : from?.slice(0, 256),
    };
    save([...load(), click].slice(-maxClicks));
    sendIn(1000);
  };
  const begin = () => {
    if (!allowed()) return forget();
    if (article && !opened) {
      opened = true;
      count(article, section);
    } else sendIn(1000);
  };

  window.frontpage = {
    click: (id, inSection) => safely(() => count(id, inSection))(),
    consent: safely((given) => {
      agreed = given === true;
      begin();
    }),
  };
  addEventListener('online', safely(send));
  addEventListener('pagehide', safely(leave));
  document.addEventListener(
    'visibilitychange',
    safely(() => (document.hidden ? leave() : sendIn(1000))),
  );
  if (document.prerendering) document.addEventListener('prerenderingchange', safely(begin), { once: true });
  else safely(begin)();
})();
