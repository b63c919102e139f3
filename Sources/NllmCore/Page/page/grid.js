/* The grid: prompts down, models across. Only the rows that are near the visible ones exist. */

/** The height of a row in pixels, as in the style. */
const ROW_HEIGHT = 82;
/** The rows that are kept above and below the visible ones. */
const SPARE_ROWS = 6;
/** The rows that are printed. */
const PRINTED_ROWS = 200;
/** The characters of an answer that a cell shows. */
const PREVIEW_LENGTH = 220;

class Grid {
    /** `open(prompt, column)` opens a cell; `sort(name)` sorts by the prompts ("id") or a model. */
    constructor(element, app, open, sort) {
        Object.assign(this, { element, app, open, sort, prompts: [], rows: new Map(), active: { row: 0, column: 0 } });
        this.head = el("div", { class: "row head", role: "row", "aria-rowindex": 1 });
        this.body = el("div", { class: "body", role: "rowgroup" });
        this.note = el("p", { class: "printed" });
        element.setAttribute("role", "grid");
        element.setAttribute("aria-label", "Prompts by models");
        element.setAttribute("aria-colcount", app.models.length + 1);
        element.style.setProperty("--models", app.models.length);
        show(element, el("div", { role: "rowgroup", class: "heads" }, this.head), this.body, this.note);
        for (const scroller of [element, document.body]) {
            scroller.addEventListener("scroll", () => this.schedule(), { passive: true });
        }
        element.addEventListener("keydown", (event) => this.key(event));
        new ResizeObserver(() => this.schedule()).observe(element);
    }

    /** Shows these prompts from now on. */
    show(prompts) {
        this.prompts = prompts;
        this.active.row = Math.min(this.active.row, Math.max(0, prompts.length - 1));
        this.element.setAttribute("aria-rowcount", prompts.length + 1);
        this.body.style.height = `${prompts.length * ROW_HEIGHT}px`;
        this.rows.clear();
        this.element.hidden = prompts.length === 0;
        show(this.body);
        this.showHead();
        this.render();
    }

    showHead() {
        const { view, models } = this.app;
        const heading = (name, content, index) => {
            const direction = view.sort !== name ? "none" : view.descending ? "descending" : "ascending";
            const key = index > 0 && view.by !== "outcome" ? ` ${view.by}` : "";
            const arrow = { none: "", ascending: ` ▲${key}`, descending: ` ▼${key}` }[direction];
            return el(
                "div",
                { class: "cell", role: "columnheader", "aria-sort": direction, "aria-colindex": index + 1 },
                el(
                    "button",
                    { type: "button", class: "sort", click: () => this.sort(name) },
                    content,
                    el("span", { "aria-hidden": "true" }, arrow),
                ),
                index > 0 ? modelFigures(models[index - 1]) : null,
            );
        };
        show(
            this.head,
            heading("id", "Prompt", 0),
            models.map((model, index) => heading(model.label, visible(model.label), index + 1)),
        );
    }

    schedule() {
        this.frame ??= requestAnimationFrame(() => {
            this.frame = null;
            this.render();
        });
    }

    /** What scrolls: the grid, or on a small screen the page with all that is above it. */
    get scroller() {
        return getComputedStyle(this.element).overflowY === "visible" ? document.body : this.element;
    }

    /** How far the rows are scrolled, in pixels; less than 0 while the page shows what is above them. */
    get top() {
        const { element, scroller } = this;
        return scroller === element ? element.scrollTop : -element.getBoundingClientRect().top;
    }

    /** Makes the rows that are near, and removes the others; the active one stays, because it may have the focus. */
    render() {
        const { top, scroller } = this;
        const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE_ROWS);
        const last = Math.ceil((top + scroller.clientHeight) / ROW_HEIGHT) + SPARE_ROWS;
        this.renderRows(first, Math.min(last, this.prompts.length));
    }

    renderRows(first, end) {
        for (const [index, row] of this.rows) {
            if ((index < first || index >= end) && index !== this.active.row) {
                row.remove();
                this.rows.delete(index);
            }
        }
        for (let index = first; index < end; index++) {
            if (!this.rows.has(index)) this.addRow(index);
        }
        if (this.prompts.length > 0 && !this.rows.has(this.active.row)) this.addRow(this.active.row);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.showPreviews(), 60);
    }

    addRow(index) {
        const row = this.row(this.prompts[index], index);
        row.style.top = `${index * ROW_HEIGHT}px`;
        const next = [...this.rows].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
        this.body.insertBefore(row, next ? next[1] : null);
        this.rows.set(index, row);
    }

    row(prompt, index) {
        const id = el(
            "div",
            {
                ...this.cellAttributes(index, 0),
                class: "cell prompt",
                role: "rowheader",
                click: () => this.open(prompt, 0),
            },
            el("div", { class: "id" }, visible(prompt.id)),
            el("div", { class: "preview", dir: "auto" }, visible(prompt.start)),
        );
        const cells = prompt.groups.map((group, column) => {
            const attributes = { ...this.cellAttributes(index, column + 1), role: "gridcell" };
            if (!group)
                return el("div", { ...attributes, class: "cell" }, el("span", { class: "quiet-text" }, "not asked"));
            return el(
                "div",
                { ...attributes, class: `cell state-${group.state}`, click: () => this.open(prompt, column) },
                groupLine(group, this.app.view.by),
                el("div", { class: "preview", dir: "auto" }, visible(groupNote(group))),
            );
        });
        return el("div", { class: "row", role: "row", "aria-rowindex": index + 2 }, id, cells);
    }

    cellAttributes(row, column) {
        const isActive = row === this.active.row && column === this.active.column;
        return { "data-column": column, "aria-colindex": column + 1, tabindex: isActive ? 0 : -1 };
    }

    /** Shows the beginning of answers in the rows that are there. */
    async showPreviews() {
        const { details } = this.app;
        await Promise.all(
            [...this.rows].map(async ([index, row]) => {
                if (row.dataset.isComplete) return;
                row.dataset.isComplete = "yes";
                for (const [column, group] of this.prompts[index].groups.entries()) {
                    if (!group) continue;
                    const preview = row.children[column + 1].querySelector(".preview");
                    show(preview, visible(await previewText(group, details)));
                }
            }),
        );
    }

    /** Moves the focus to a cell, which is scrolled to. */
    focus(row, column) {
        const before = this.rows.get(this.active.row)?.children[this.active.column];
        if (before) before.tabIndex = -1;
        this.active = {
            row: Math.max(0, Math.min(row, this.prompts.length - 1)),
            column: Math.max(0, Math.min(column, this.app.models.length)),
        };
        const { scroller } = this;
        const below = this.active.row * ROW_HEIGHT - this.top;
        const room = scroller.clientHeight - this.head.offsetHeight - ROW_HEIGHT;
        if (below < 0) scroller.scrollTop += below;
        else if (below > room) scroller.scrollTop += below - room;
        this.render();
        const cell = this.rows.get(this.active.row)?.children[this.active.column];
        if (!cell) return;
        cell.tabIndex = 0;
        cell.focus({ preventScroll: true });
        cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    /** Moves the focus to the cell that had it last. */
    enter() {
        this.focus(this.active.row, this.active.column);
    }

    key(event) {
        const isFar = event.ctrlKey && (event.key === "Home" || event.key === "End");
        if (!event.target.matches(".body .cell") || event.metaKey || event.altKey || (event.ctrlKey && !isFar)) return;
        const { row, column } = this.active;
        const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 2);
        const moves = {
            ArrowUp: [row - 1, column],
            ArrowDown: [row + 1, column],
            ArrowLeft: [row, column - 1],
            ArrowRight: [row, column + 1],
            PageUp: [row - page, column],
            PageDown: [row + page, column],
            Home: [0, column],
            End: [this.prompts.length - 1, column],
        };
        if (moves[event.key]) this.focus(...moves[event.key]);
        else if (event.key === "Enter" || event.key === " ") this.open(this.prompts[row], Math.max(0, column - 1));
        else return;
        event.preventDefault();
    }

    /** Makes all rows that are printed, or only those that are near again. */
    print(isPrinting) {
        const rest = this.prompts.length - PRINTED_ROWS;
        this.note.textContent = isPrinting && rest > 0 ? `${counted(rest, "more prompt")} not printed` : "";
        if (isPrinting) this.renderRows(0, Math.min(PRINTED_ROWS, this.prompts.length));
        else this.render();
    }
}

/** What a group came to, in one line. */
function groupLine(group, by) {
    const was = group.changed && group.before && !group.broken ? state(group.before) : null;
    return el(
        "div",
        { class: "line" },
        badge(group.state, groupText(group)),
        group.broken ? el("span", { class: "badge broken" }, group.lost ? "lost" : "broken") : null,
        was && was !== group.state ? el("span", { class: "was" }, `was ${was}`) : null,
        el("span", { class: "figures" }, groupFigures(group, by)),
    );
}

/** A group's score, unless it is full, and its latency, or what columns are sorted by. */
function groupFigures(group, by) {
    const [score, tokens, cost] = [mean(group, "score"), mean(group, "tokensOut"), mean(group, "cost")];
    const hasScore = score !== null && (score !== 1 || by === "score");
    const figure = {
        cost: cost === null ? "" : dollars(cost),
        tokens: tokens === null ? "" : counted(Math.round(tokens), "token"),
    };
    const text = figure[by] ?? duration(mean(group, "ms"));
    if (!hasScore) return text;
    return [el("span", { class: "word" }, "score "), scoreText(score), text === "" ? "" : ` · ${text}`];
}

/** Why a group is not good, with the number of its other failed checks, or else the beginning of its answer. */
async function previewText(group, details) {
    const noted = group.cells.find((cell) => cell.note);
    const own = await details.cell(noted ?? group.cells[0]);
    if (!noted) return (own?.text ?? "").slice(0, PREVIEW_LENGTH);
    const failed = (own?.asserts ?? []).filter((assertion) => assertion.pass === false).length;
    return failed > 1 ? `${failed} checks failed: ${noted.note}` : noted.note;
}

/** Why the first of a group's cells that is not good is not; an empty text if all are. */
function groupNote(group) {
    return group.cells.find((cell) => cell.note)?.note ?? "";
}

/** The figures of a model below its name. */
function modelFigures({ figures }) {
    const known = figures.pass_rate !== null;
    const facts = [
        known ? percent(figures.pass_rate) : null,
        figures.cost ? costText(figures) : null,
        seconds(figures.latency_p50?.value),
    ];
    const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("i", {}));
    bar.firstChild.style.width = known ? percent(figures.pass_rate).replace(" ", "") : "0";
    return el("div", { class: "model-figures" }, known ? bar : null, facts.filter(Boolean).join(" · "));
}
