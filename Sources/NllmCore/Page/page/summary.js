/* The run as a whole: a table per model, what the night came to, charts. */

/** The prompts that the night names as broken: by model's label and prompt's id, since when. */
function brokenPrompts(summary) {
    const broken = (summary.night?.models ?? []).map((model) => [
        model.label,
        new Map(model.broken.map((prompt) => [prompt.id, prompt.since])),
    ]);
    return new Map(broken);
}

/** The interval of the pass rate, as far as rates can be; null if it is unknown. */
function shownInterval(figures) {
    return figures.interval?.map((share) => Math.max(0, Math.min(1, share))) ?? null;
}

function rateText(figures) {
    if (figures.pass_rate === null) return "";
    if (!figures.interval) return percent(figures.pass_rate);
    const [low, high] = shownInterval(figures).map((share) => (100 * share).toFixed(0));
    return `${percent(figures.pass_rate)} (${low}–${high})`;
}

function costText(figures) {
    if (figures.cost === null) return "unknown";
    return (figures.unknown_costs > 0 ? "≥ " : "") + dollars(figures.cost);
}

/** The columns of the table: a heading and the text of a model. */
const MODEL_COLUMNS = [
    ["Pass rate (95 %)", (model) => rateText(model.figures)],
    ["Cost", (model) => costText(model.figures)],
    ["Score", (model) => scoreText(model.figures.score)],
    ["Errors", (model) => (model.figures.errors > 0 ? whole(model.figures.errors) : "0")],
    ["No verdict", (model) => (model.figures.no_verdicts > 0 ? whole(model.figures.no_verdicts) : "0")],
    ["Latency p50", (model) => seconds(model.figures.latency_p50?.value)],
    ["Latency p95", (model) => seconds(model.figures.latency_p95?.value)],
    ["Tokens in / out", (model) => `${whole(model.figures.tokens_in)} / ${whole(model.figures.tokens_out)}`],
];

function modelTable(models) {
    const headings = ["Model", ...MODEL_COLUMNS.map(([heading]) => heading)];
    return table(
        "Figures by model",
        headings,
        models.map((model) => [model.label, ...MODEL_COLUMNS.map(([, text]) => text(model))]),
    );
}

/** The metrics of all models by name. */
function metricTable(models) {
    const names = [...new Set(models.flatMap((model) => Object.keys(model.figures.metrics)))];
    if (names.length === 0) return null;
    const rows = names.map((name) => [name, ...models.map((model) => scoreText(model.figures.metrics[name]))]);
    return table("Metrics by model", ["Metric", ...models.map((model) => model.label)], rows);
}

function list(title, items) {
    return items.length > 0 ? [el("h2", {}, title), el("ul", { class: "facts" }, items)] : null;
}

function gateItems(night) {
    return (night?.gates ?? []).map((gate) =>
        el(
            "li",
            { class: gate.result === "passed" ? "good" : "bad" },
            el("code", {}, visible(gate.gate)),
            ` ${gate.result.replaceAll("_", " ")}: `,
            visible(withoutIds(gate.reason)),
        ),
    );
}

/** A gate's reason without the ids of prompts, which have a table of their own. */
function withoutIds(reason) {
    return reason.replace(/( broken): `[^;]*/g, "$1");
}

/** The most broken prompts that the summary names. */
const BROKEN_ROWS = 100;

/** Broken and lost prompts, each with its models and the reason of the first of them. */
function brokenTable(prompts, models) {
    const broken = prompts.filter((prompt) => prompt.groups.some((group) => group?.broken));
    if (broken.length === 0) return null;
    const rows = broken.slice(0, BROKEN_ROWS).map((prompt) => {
        const columns = models.map((_, index) => index).filter((index) => prompt.groups[index]?.broken);
        const open = () => openCell(prompt, columns[0]);
        return [
            el("button", { type: "button", class: "link", click: open }, visible(prompt.id)),
            columns.map((index) => models[index].label).join(", "),
            groupNote(prompt.groups[columns[0]]),
        ];
    });
    const all = `Show ${counted(broken.length, "broken prompt")} in the results`;
    return el(
        "div",
        { class: "broken" },
        el("h2", {}, "Broken prompts"),
        table("Broken prompts", ["Prompt", "Models", "Reason"], rows),
        el("button", { type: "button", class: "link", click: showBroken }, all),
    );
}

function comparisonItems(summary) {
    const models = summary.night?.models ?? [];
    const night = models.filter((model) => model.text).map((model) => `${model.label} against history: ${model.text}`);
    const baseline = summary.models
        .filter((model) => model.comparison)
        .map((model) => `${model.label} against ${summary.baseline}: ${model.comparison}`);
    return [...night, ...baseline].map((text) => el("li", {}, visible(text)));
}

/** The number of failed cells by kind. */
function failureBars(prompts) {
    const kinds = new Map();
    for (const cell of prompts.flatMap((prompt) => prompt.cells)) {
        const kind = cell.kind ?? (cell.outcome === "fail" ? "failed checks" : null);
        if (kind) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    return [...kinds].map(([kind, value]) => ({ label: kind, value })).sort((a, b) => b.value - a.value);
}

/** All of the summary. */
function summaryPage({ summary, models, prompts }) {
    const bars = (name) =>
        models.map((model, series) => ({ label: model.label, value: model.figures[name] ?? 0, series }));
    return [
        el("h2", {}, "Models"),
        modelTable(models),
        metricTable(models),
        list("Gates", gateItems(summary.night)),
        brokenTable(prompts, models),
        list("Comparison", comparisonItems(summary)),
        list(
            "Events",
            (summary.night?.events ?? []).map((event) => el("li", {}, visible(event))),
        ),
        el(
            "div",
            { class: "charts" },
            rateChart(models),
            trendChart(summary.nights, models),
            latencyChart(models, prompts),
            barChart("Failures by kind, in cells", failureBars(prompts), (number) => counted(number, "cell")),
            barChart("Cost", bars("cost"), dollars),
            barChart("Output tokens", bars("tokens_out"), whole),
        ),
    ];
}
