/* The page's state, and what happens when it changes. */

const app = {
    summary: null,
    models: [],
    prompts: [],
    promptById: new Map(),
    details: null,
    view: { ...VIEW, with: [] },
    /** The numbers of the prompts that a search has found; null without one. */
    hits: null,
    shown: [],
    grid: null,
    toolbar: null,
    dialog: null,
};

/** Changes a part of the view, and the address with it. */
function change(part) {
    const before = app.view;
    app.view = { ...before, ...part };
    const fragment = fragmentOf(app.view);
    if (fragment !== fragmentOf(before)) {
        const address = fragment === "" ? location.href.replace(/#.*/, "") : `#${fragment}`;
        // Only what is opened is a step back in the browser.
        const isStep = (before.cell === null) !== (app.view.cell === null) || before.page !== app.view.page;
        history[isStep ? "pushState" : "replaceState"](null, "", address);
    }
    update(before);
}

const GRID_PARTS = ["filter", "model", "status", "kind", "metric", "meta", "sort", "by", "descending"];

function update(before) {
    const { view } = app;
    const differs = (names) => before === null || names.some((name) => before[name] !== view[name]);
    const { pattern, flaw } = expression(view.query);
    app.toolbar.update(view, flaw);
    if (differs(["page"])) showPage(view.page);
    if (differs(["query", "scope"])) startSearch(pattern);
    else if (differs(GRID_PARTS)) showRows();
    app.dialog.update(view);
}

function showPage(page) {
    byId("results").hidden = page !== "results";
    byId("summary").hidden = page !== "summary";
    if (page === "summary" && !byId("summary").hasChildNodes()) show(byId("summary"), summaryPage(app));
    for (const button of byId("pages").querySelectorAll("[data-page]")) {
        button.setAttribute("aria-pressed", String(button.dataset.page === page));
    }
    if (page === "results") app.grid.schedule();
}

function showRows(share = 1) {
    app.shown = shownPrompts(app.prompts, app.view, app.models, app.hits);
    app.grid.show(app.shown);
    byId("none").hidden = app.shown.length > 0 || share < 1;
    if (share === 1) app.toolbar.count(app.view, app.hits);
    const all = counted(app.prompts.length, "prompt");
    const some = app.shown.length === app.prompts.length ? all : `${whole(app.shown.length)} of ${all}`;
    byId("count").textContent = share < 1 ? `${some}, searching… ${Math.floor(100 * share)} %` : some;
}

let searches = 0;

/** Searches anew; an earlier search ends. */
function startSearch(pattern) {
    const number = ++searches;
    app.toolbar.showProgress(1);
    if (!pattern) {
        app.hits = null;
        return showRows();
    }
    const report = (hits, share) => {
        if (number !== searches) return;
        const isNew = share === 0 || share === 1 || hits.size !== app.hits?.size;
        app.hits = new Set(hits);
        app.toolbar.showProgress(share);
        if (isNew) showRows(share);
    };
    search(app, pattern, app.view.scope, report, () => number !== searches);
}

/** Goes to another prompt among those that are shown, or to another model, while a cell is open. */
function step(prompts, models) {
    const { prompt, column } = app.dialog.find(app.view);
    const place = app.shown.indexOf(prompt) + prompts;
    const next = app.shown[Math.max(0, Math.min(place, app.shown.length - 1))] ?? prompt;
    const model = Math.max(0, Math.min(column + models, app.models.length - 1));
    const { label } = app.models[model];
    change({ cell: next.id, of: label, with: app.view.with.filter((other) => other !== label) });
}

function openCell(prompt, column) {
    const hasBefore = prompt.groups[column]?.changed;
    change({
        cell: prompt.id,
        of: app.models[column].label,
        sample: firstOfInterest(prompt.groups[column]),
        with: hasBefore ? [BASELINE] : [],
        as: hasBefore ? "words" : "text",
    });
}

function showAll() {
    change({ ...VIEW, with: [] });
    app.grid.enter();
}

function showBroken() {
    change({ ...VIEW, with: [], filter: "broken" });
    app.grid.enter();
}

/** The first sample that is not good, or the first one. */
function firstOfInterest(group) {
    const cells = group?.cells ?? [];
    return (cells.find((cell) => cell.outcome === "fail" || cell.outcome === "error") ?? cells[0])?.sample ?? 1;
}

function sortBy(name) {
    const { view } = app;
    if (view.sort !== name) change({ sort: name, descending: false });
    else if (!view.descending) change({ descending: true });
    else change({ sort: "", descending: false });
}

function showHead() {
    const { summary, prompts, models } = app;
    const cells = prompts.reduce((sum, prompt) => sum + prompt.cells.length, 0);
    const cost = models.reduce((sum, model) => sum + (model.figures.cost ?? 0), 0);
    show(byId("title"), visible(summary.run));
    show(
        byId("facts"),
        [
            `${counted(prompts.length, "prompt")} × ${counted(models.length, "model")}`,
            counted(cells, "cell"),
            cost > 0 ? dollars(cost) : null,
            localTime(summary.finished_at ?? summary.created_at),
            summary.series ? `series ${summary.series}` : null,
            summary.baseline ? `baseline ${summary.baseline}` : null,
        ]
            .filter(Boolean)
            .map((text, index) => [index > 0 ? " · " : null, visible(text)]),
    );
    const page = (name, text) =>
        el("button", { type: "button", "data-page": name, click: () => change({ page: name }) }, text);
    show(
        byId("pages"),
        page("results", "Results"),
        page("summary", "Summary"),
        el("button", { type: "button", "aria-label": "Keys", title: "Keys (?)", click: showHelp }, "?"),
    );
    showBanner();
}

/** What needs a look at once: whether the gates hold, and broken prompts. */
function showBanner() {
    const { night } = app.summary;
    const failed = (night?.gates ?? []).filter((gate) => gate.result !== "passed").map((gate) => gate.gate);
    const numberOf = (is) => app.prompts.filter((prompt) => prompt.groups.some((group) => group && is(group))).length;
    const named = numberOf((group) => group.broken && !group.lost);
    const lost = numberOf((group) => group.lost);
    const texts = [
        named > 0 ? `${counted(named, "prompt")} broken` : null,
        lost > 0 ? `${counted(lost, "prompt")} lost since ${app.summary.baseline}` : null,
    ];
    const banner = byId("banner");
    banner.hidden = !night?.gates.length && named + lost === 0;
    banner.className = failed.length > 0 || named + lost > 0 ? "bad" : "good";
    show(
        banner,
        night?.gates.length
            ? el("strong", {}, failed.length > 0 ? `Gate failed: ${failed.join(", ")}` : "All gates passed")
            : null,
        named + lost > 0
            ? el("button", { type: "button", class: "link", click: showBroken }, texts.filter(Boolean).join(", "))
            : null,
    );
}

async function start() {
    app.summary = await openBlock(blocksOf("summary")[0]);
    app.models = app.summary.models;
    app.details = new Details(blocksOf("details"));
    app.prompts = await readPrompts(blocksOf("rows"), app.models, brokenPrompts(app.summary));
    app.promptById = new Map(app.prompts.map((prompt) => [prompt.id, prompt]));
    app.promptOfCell = promptNumbers(app.prompts);
    app.view = viewOf(location.hash);
    app.grid = new Grid(byId("grid"), app, openCell, sortBy);
    app.toolbar = new Toolbar(byId("toolbar"), app, change);
    app.dialog = new CellDialog(byId("cell"), app, change, step);
    show(
        byId("none"),
        el("p", {}, "No prompts match."),
        el("button", { type: "button", click: showAll }, "Clear all filters"),
    );
    byId("skip").addEventListener("click", () =>
        app.view.page === "summary" ? byId("summary").focus() : app.grid.enter(),
    );
    showHead();
    listenToKeys(app, step, change);
    addEventListener("popstate", () => {
        const before = app.view;
        app.view = viewOf(location.hash);
        update(before);
    });
    addEventListener("beforeprint", () => app.grid.print(true));
    addEventListener("afterprint", () => app.grid.print(false));
    update(null);
    document.body.dataset.isReady = "yes";
}

start().catch((error) => {
    byId("title").textContent = "This page cannot be shown";
    byId("facts").textContent = `${error.message}. It needs a browser of 2023 or later, and the whole file.`;
});
