/* A cell that is opened: its answer beside others, its prompt, and all that is known of how it came about. */

/** Stands for the baseline's answer among the labels of other models; no label is empty. */
const BASELINE = "";

class CellDialog {
    /** `change(view)` changes the view; `step(prompts, models)` goes to a neighbour. */
    constructor(element, app, change, step) {
        Object.assign(this, { element, app, change, step, shown: null });
        element.addEventListener("close", () => this.closed());
        element.addEventListener("click", (event) => {
            if (event.target === element) element.close();
        });
    }

    /** Forgets what was open, and returns to its place in the grid. */
    closed() {
        const { view, shown, grid } = this.app;
        if (view.cell !== null) this.change({ cell: null, of: "", sample: 1, with: [], as: "text" });
        const row = shown.indexOf(this.shown.prompt);
        if (view.page === "results" && row >= 0) grid.focus(row, this.shown.column + 1);
    }

    /** The prompt, the model's place and the cell that a view names; null if it names none that is there. */
    find(view) {
        const { promptById, models } = this.app;
        const prompt = view.cell === null ? null : promptById.get(view.cell);
        if (!prompt) return null;
        const column = Math.max(
            0,
            models.findIndex((model) => model.label === view.of),
        );
        const cells = prompt.groups[column]?.cells ?? [];
        return { prompt, column, cells, cell: cells.find((cell) => cell.sample === view.sample) ?? cells[0] ?? null };
    }

    /** Opens, changes or closes the dialog, as the view says. */
    async update(view) {
        const found = this.find(view);
        if (!found) {
            if (this.element.open) this.element.close();
            return;
        }
        const { details } = this.app;
        const [prompt, own] = await Promise.all([
            details.prompt(found.prompt),
            found.cell ? details.cell(found.cell) : {},
        ]);
        const others = await Promise.all(view.with.map((label) => this.other(found, label, own)));
        if (this.app.view !== view) return;
        this.shown = found;
        const focused = document.activeElement?.dataset?.key ?? "title";
        show(this.element, this.head(found, view), this.body(found, view, prompt, own, others.filter(Boolean)));
        if (!this.element.open) this.element.showModal();
        const named = (key) => this.element.querySelector(`[data-key="${CSS.escape(key)}"]`);
        (named(focused) ?? named("title")).focus();
    }

    /** Another answer to the same prompt, by its model's label, or the baseline's. */
    async other({ prompt, cell }, label, own) {
        if (label === BASELINE) {
            return cell?.before
                ? { name: this.app.summary.baseline, row: cell.before, side: own.before ?? {}, label, group: null }
                : null;
        }
        const column = this.app.models.findIndex((model) => model.label === label);
        const cells = prompt.groups[column]?.cells ?? [];
        const row = cells.find((other) => other.sample === cell?.sample) ?? cells[0];
        const group = prompt.groups[column];
        return row ? { name: label, row, side: await this.app.details.cell(row), label, group } : null;
    }

    head({ prompt, column, cells, cell }, view) {
        const { models } = this.app;
        const samples = cells.map((each) =>
            this.chip(
                `sample ${each.sample}`,
                `${SIGNS[each.outcome]} ${each.sample}`,
                each === cell,
                { sample: each.sample },
                `Sample ${each.sample}, ${each.outcome}`,
            ),
        );
        return el(
            "header",
            {},
            el(
                "div",
                { class: "titles" },
                el("h2", { id: "cell-title", tabindex: -1, autofocus: true, "data-key": "title" }, visible(prompt.id)),
                el(
                    "p",
                    {},
                    visible(models[column].label),
                    metadataTexts(prompt.metadata).map((text) => [" ", el("span", { class: "tag" }, visible(text))]),
                ),
            ),
            this.steps(),
            samples.length > 1
                ? el("div", { class: "chips", role: "group", "aria-label": "Samples" }, "Samples ", samples)
                : null,
            this.choices(column, cell, view),
        );
    }

    steps() {
        const isAlone = this.app.models.length === 1;
        const close = {
            type: "button",
            class: "quiet",
            "data-key": "close",
            "aria-label": "Close",
            click: () => this.element.close(),
        };
        return el(
            "div",
            { class: "steps" },
            this.stepButton("↑ k", "Previous prompt (k)", -1, 0),
            this.stepButton("↓ j", "Next prompt (j)", 1, 0),
            isAlone ? null : this.stepButton("←", "Previous model", 0, -1),
            isAlone ? null : this.stepButton("→", "Next model", 0, 1),
            el("button", close, "✕"),
        );
    }

    /** Which other answers stand beside this one, and in which form. */
    choices(column, cell, view) {
        const beside = (label, text) => {
            const isOn = view.with.includes(label);
            const others = isOn ? view.with.filter((other) => other !== label) : [...view.with, label];
            return this.chip(`with ${label}`, text, isOn, { with: others }, `Beside: ${text}`);
        };
        const models = this.app.models.filter((_, index) => index !== column);
        const chips = [
            cell?.before ? beside(BASELINE, `baseline ${this.app.summary.baseline}`) : null,
            models.map((model) => beside(model.label, model.label)),
        ];
        const forms = Object.entries(FORMS).filter(([form]) => form !== "words" || view.with.length > 0);
        return el(
            "div",
            { class: "chips" },
            el(
                "span",
                { role: "group", "aria-label": "Beside" },
                chips.flat().some(Boolean) ? ["Beside ", chips] : null,
            ),
            el(
                "span",
                { role: "group", "aria-label": "Shown as", class: "forms" },
                forms.map(([form, text]) => this.chip(`as ${form}`, text, view.as === form, { as: form }, text)),
            ),
        );
    }

    chip(key, text, isOn, view, name) {
        return el(
            "button",
            {
                type: "button",
                class: "chip",
                "aria-pressed": String(isOn),
                "aria-label": name,
                "data-key": key,
                click: () => this.change(view),
            },
            visible(text),
        );
    }

    stepButton(text, name, prompts, models) {
        return el(
            "button",
            {
                type: "button",
                class: "quiet",
                "aria-label": name,
                title: name,
                "data-key": name,
                click: () => this.step(prompts, models),
            },
            text,
        );
    }

    body({ prompt, column, cell }, view, asked, own, others) {
        const { models } = this.app;
        if (!cell) return el("p", { class: "hint" }, "This prompt was not sent to this model.");
        // What is older stands first; differences are shown against the first side.
        const isBefore = (side) => side.label === BASELINE;
        const sides = [
            ...others.filter(isBefore),
            { name: models[column].label, row: cell, side: own, group: prompt.groups[column] },
            ...others.filter((side) => !isBefore(side)),
        ];
        const columns = sides.map(({ name, row, side, group }, index) =>
            el(
                "section",
                { class: "side", "aria-label": name },
                sideHead(name, row, side, group),
                el(
                    "div",
                    {},
                    failureText(side.failure),
                    side.asserts?.length > 0 ? el("ul", { class: "asserts" }, assertionRows(side.asserts)) : null,
                    earlierTurns(side, asked),
                    view.as === "words" ? referenceNote(sides, index) : null,
                ),
                el(
                    "div",
                    {},
                    answerBody(
                        side,
                        view.as,
                        index === 0 ? null : sides[0].side,
                        sides.slice(1).map((other) => other.side),
                    ),
                ),
            ),
        );
        return el(
            "div",
            { class: "content" },
            el("div", { class: "sides" }, columns),
            promptPart(asked),
            detailsPart(cell, own, prompt, asked),
        );
    }
}

/** What the differences of a side are shown against. */
function referenceNote(sides, index) {
    if (sides.length < 3) return null;
    const text = index > 0 ? `Differences from ${sides[0].name}` : "The others are compared with this answer";
    return el("p", { class: "hint" }, visible(text));
}

function sideHead(name, row, side, group) {
    const facts = [
        row.score === null ? null : `score ${scoreText(row.score)}`,
        row.ms === undefined || row.ms === null ? null : duration(row.ms),
        row.tokensOut ? `${whole(row.tokensOut)} tokens` : null,
        row.cost ? dollars(row.cost) : null,
        row.edited ? "asked differently" : null,
    ];
    const since = group?.broken
        ? group.lost
            ? "lost since the baseline"
            : `broken since ${localTime(group.brokenSince)}`
        : null;
    return el(
        "div",
        { class: "side-head" },
        el("h3", {}, visible(name)),
        badge(row.outcome),
        since ? el("span", { class: "badge broken" }, since) : null,
        el("span", { class: "figures" }, facts.filter(Boolean).join(" · ")),
        side.text ? copyButton(side.text, "answer") : null,
    );
}

/** The turns before the last with their answers. */
function earlierTurns(side, asked) {
    if (!side.earlier) return null;
    const turns = side.earlier.map((text, index) => [
        el("p", { class: "role" }, `turn ${index + 1}`),
        plainText(asked.turns?.[index] ?? ""),
        el("p", { class: "role" }, "answer"),
        plainText(text),
    ]);
    return el("details", { class: "part" }, el("summary", {}, counted(side.earlier.length, "earlier turn")), turns);
}
