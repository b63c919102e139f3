/* Keys that work everywhere; those of the grid are in grid.js. */

const KEYS = [
    ["↑ ↓ ← →", "move in the grid"],
    ["Home, End", "first and last prompt"],
    ["Enter", "open the cell"],
    ["Esc", "close it"],
    ["j, k", "next and previous prompt while a cell is open"],
    ["← →", "next and previous model while a cell is open"],
    ["d", "show or hide differences while answers stand side by side"],
    ["/", "search"],
    ["s", "summary, and back to the results"],
    ["?", "this help"],
];

function showHelp() {
    const dialog = byId("help");
    show(
        dialog,
        el(
            "header",
            {},
            el("h2", { id: "help-title" }, "Keys"),
            el("button", { type: "button", class: "quiet", "aria-label": "Close", click: () => dialog.close() }, "✕"),
        ),
        el(
            "dl",
            { class: "keys" },
            KEYS.map(([keys, text]) => [el("dt", {}, el("kbd", {}, keys)), el("dd", {}, text)]),
        ),
        el(
            "p",
            { class: "hint" },
            "The address of this page holds what you see: a copied link shows the same. Everything is in this file; nothing is loaded or sent.",
        ),
    );
    dialog.showModal();
}

/** The keys while a cell is open; true if one was meant. */
function dialogKey(key, app, step, change) {
    const steps = { j: [1, 0], k: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (steps[key]) step(...steps[key]);
    else if (key === "d" && app.view.with.length > 0) change({ as: app.view.as === "words" ? "text" : "words" });
    else return false;
    return true;
}

const GRID_KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"];

/** Whether a key is meant for the grid, though the focus is elsewhere. */
function entersGrid(event, app) {
    const isFree = event.target === document.body || event.target.matches("#results button");
    return app.view.page === "results" && isFree && !event.defaultPrevented && GRID_KEYS.includes(event.key);
}

function listenToKeys(app, step, change) {
    document.addEventListener("keydown", (event) => {
        const isTyping = event.target.matches("input, select, textarea");
        if (isTyping || event.ctrlKey || event.metaKey || event.altKey) {
            if (event.key === "Escape" && event.target.id === "query")
                app.grid.focus(app.grid.active.row, app.grid.active.column);
            return;
        }
        if (byId("cell").open) {
            if (dialogKey(event.key, app, step, change)) event.preventDefault();
            return;
        }
        if (entersGrid(event, app)) app.grid.enter();
        else if (event.key === "/") {
            change({ page: "results" });
            byId("query").focus();
        } else if (event.key === "s") {
            change({ page: app.view.page === "summary" ? "results" : "summary" });
            if (app.view.page === "results") app.grid.enter();
            else byId("summary").focus({ preventScroll: true });
        } else if (event.key === "?") showHelp();
        else return;
        event.preventDefault();
    });
}
