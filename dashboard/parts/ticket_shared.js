// What the parts of the ticket page share, beside shared.js.

// A press on a link of ours that Streamlit answers; with a key or another button it is the browser's business: a new tab.
function answered(answer) {
  return (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    answer();
  };
}

// Draws only what differs from the last time, and leaves the focus where it was.
function redrawIfNew(root, data, draw) {
  const print = JSON.stringify(data);
  if (root.shiftbotPrint === print) return;
  root.shiftbotPrint = print;
  const places = () => [...root.querySelectorAll("a, button, summary")];
  const focused = places().indexOf(root.getRootNode().activeElement);
  root.replaceChildren(...draw());
  if (focused >= 0) places()[focused]?.focus();
}
