/* Filters, search and choices above the grid. It is made once; `update` shows a view. */

class Toolbar {
    constructor(element, app, change) {
        this.app = app;
        this.change = change;
        this.buttons = new Map();
        this.choices = new Map();
        this.search = this.searchField();
        this.flaw = el("span", { id: "flaw", class: "flaw", role: "alert" });
        this.progress = el("progress", { max: 1, value: 0, "aria-label": "Search", hidden: true });
        show(
            element,
            el("div", { class: "filters", role: "group", "aria-label": "Filter" }, this.filterButtons()),
            el(
                "div",
                { class: "search" },
                this.search,
                this.choice("scope", "in", Object.entries(SCOPES)),
                this.flaw,
                this.progress,
            ),
            el(
                "details",
                { class: "more", open: matchMedia("(min-width: 701px)").matches },
                el("summary", {}, "More filters"),
                el("div", { class: "choices" }, this.cellChoices(), this.clearButton()),
            ),
        );
    }

    filterButtons() {
        const isCompared = this.app.summary.baseline !== null;
        return Object.entries(FILTERS)
            .filter(([name]) => name !== "changed" || isCompared)
            .map(([name, filter]) => {
                const button = el(
                    "button",
                    {
                        type: "button",
                        class: "filter",
                        "aria-pressed": "false",
                        title: filter.about,
                        click: () => this.change({ filter: name }),
                    },
                    filter.text,
                    el("span", { class: "number" }),
                );
                this.buttons.set(name, button);
                return button;
            });
    }

    /** Says on each button how many prompts it would show beside the other choices. */
    count(view, hits) {
        const { prompts, models } = this.app;
        for (const [filter, button] of this.buttons) {
            const shown = prompts.filter((prompt) => promptMatches(prompt, { ...view, filter }, models, hits));
            button.querySelector(".number").textContent = whole(shown.length);
        }
    }

    /** The part of the view that a choice changes; a key of columns needs a column to be seen. */
    chosen(name, value) {
        const { view, models } = this.app;
        const hasColumn = models.some((model) => model.label === view.sort);
        return name === "by" && !hasColumn ? { by: value, sort: view.model || models[0].label } : { [name]: value };
    }

    searchField() {
        let timer = 0;
        return el("input", {
            id: "query",
            type: "search",
            placeholder: "Search with a regular expression",
            spellcheck: "false",
            "aria-label": "Search with a regular expression",
            "aria-describedby": "flaw",
            input: (event) => {
                clearTimeout(timer);
                timer = setTimeout(() => this.change({ query: event.target.value }), 120);
            },
        });
    }

    choice(name, text, options) {
        const field = select(text, options, this.app.view[name], (value) => this.change(this.chosen(name, value)));
        this.choices.set(name, field.querySelector("select"));
        return field;
    }

    /** The values that occur, each as an option. */
    cellChoices() {
        const { prompts, models } = this.app;
        const cells = prompts.flatMap((prompt) => prompt.cells);
        const values = (of) => [...new Set(cells.flatMap(of))].filter((value) => value !== null).sort();
        const any = (text, list) => [["", text], ...list.map((value) => [value, value])];
        const metadata = [...new Set(prompts.flatMap((prompt) => metadataTexts(prompt.metadata)))].sort();
        const labels = models.map((model) => model.label);
        const fields = {
            model: ["Model", any("any model", labels.length > 1 ? labels : [])],
            status: [
                "Status",
                any(
                    "any status",
                    values((cell) => cell.status),
                ),
            ],
            kind: [
                "Failure",
                any(
                    "any failure",
                    values((cell) => cell.kind),
                ),
            ],
            metric: [
                "Metric below 1",
                any(
                    "any metric",
                    values((cell) => Object.keys(cell.metrics ?? {})),
                ),
            ],
            meta: ["Metadata", any("any metadata", metadata.slice(0, 500))],
            by: ["Sort columns by", Object.entries(SORTS).map(([value, sort]) => [value, sort.text])],
        };
        return Object.entries(fields)
            .filter(([name, [, options]]) => options.length > (name === "status" ? 2 : 1))
            .map(([name, [text, options]]) => this.choice(name, text, options));
    }

    clearButton() {
        this.clear = el(
            "button",
            { type: "button", class: "quiet", click: () => this.change({ ...VIEW, with: [] }) },
            "Clear all",
        );
        return this.clear;
    }

    update(view, flaw) {
        for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === view.filter));
        for (const [name, field] of this.choices) field.value = view[name];
        if (document.activeElement !== this.search || this.search.value.trim() === "") this.search.value = view.query;
        this.search.setAttribute("aria-invalid", String(flaw !== null));
        show(this.flaw, flaw ? `Not a regular expression: ${flaw}` : null);
        this.clear.hidden =
            fragmentOf({ ...view, page: "results", cell: null, of: "", sample: 1, with: [], as: "text" }) === "";
    }

    /** Shows which part of a search is done; all of it hides the bar. */
    showProgress(share) {
        this.progress.hidden = share >= 1;
        this.progress.value = share;
    }
}
