/* Asks for the part of the operator's page that changes, and puts it in place of the old one when it has changed. */
const live = document.getElementById('live');
const pulse = document.getElementById('pulse');
const everyMs = 3000;
let shown = '';

const openOnes = () => [...live.querySelectorAll('details[open]')].map((details) => details.id);
const regions = () => [...live.querySelectorAll('.scroll')];

function show(text) {
  const focused = live.contains(document.activeElement) ? document.activeElement.id : '';
  const open = openOnes();
  const scrolled = new Map(regions().map((region) => [region.getAttribute('aria-label'), region.scrollLeft]));
  // Made and escaped by our own program, and the policy of the page lets nothing in it run.
  live.innerHTML = text;
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  for (const region of regions()) region.scrollLeft = scrolled.get(region.getAttribute('aria-label')) ?? 0;
  if (focused !== '') document.getElementById(focused)?.focus();
}

async function look() {
  try {
    const answer = await fetch(live.dataset.from, { signal: AbortSignal.timeout(10000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text();
    if (shown !== '' && text !== shown) show(text);
    shown = text;
    pulse.textContent = '';
  } catch (error) {
    pulse.textContent = `No news since ${new Date().toISOString().slice(11, 19)} UTC: this program does not answer (${error.message}).`;
  }
  setTimeout(() => {
    void look();
  }, everyMs);
}

void look();
