// The page: policies side by side, answered by the model itself. Numbers and verdicts come from the module, or from the server for more
// draws; sentences from `spec.words`.
import { listen } from "./actions.js";
import { cleaned, equip, h } from "./common.js";
import { $, put, quiet } from "./elements.js";
import { open } from "./link.js";
import { findServer, server } from "./server.js";
import { become, begin, state, view } from "./state.js";

async function start() {
  const data = JSON.parse($("lockgate-data").textContent);
  await findServer();
  if (!server && location.protocol.startsWith("http")) navigator.serviceWorker?.register("sw.js").catch(() => {}); // it keeps the page for later
  equip(data.spec, await lockgate.Model.of(data.module, data.spec));
  listen();
  if (open(location.hash)) return;
  const { notes } = view; // what is wrong with the link
  become(begin());
  view.notes = notes;
}
globalThis.lockgate.state = () => state;
start().catch((error) => put("answer", h("p", { class: "answer" }, "The model cannot run in this browser."), quiet(cleaned(error.message, ""))));
