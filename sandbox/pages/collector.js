// Stands for what an issuer collects before it decides on a payment: a few facts on the browser.

const facts = {
  language: navigator.language,
  color_depth: screen.colorDepth,
  screen_height: screen.height,
  screen_width: screen.width,
  time_zone: new Date().getTimezoneOffset(),
};
const reply = await fetch(location.href, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(facts),
});
const { merchant_site_url: back } = await reply.json();
// In place of this page: the frame's way must not become a step of the browser's back button.
if (back) location.replace(back);
