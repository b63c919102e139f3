/* Which prompts are shown, and in which order. */

const FILTERS = {
    all: { text: "All", about: "All prompts", of: () => true },
    failures: { text: "Failures", about: "An answer failed its assertions", of: (group) => group.counts.fail > 0 },
    errors: { text: "Errors", about: "A cell ended without a good answer", of: (group) => group.counts.error > 0 },
    different: {
        text: "Different",
        about: "The answers of the models and samples are not all the same",
        of: (group) => isDifferent(group.cells[0].prompt),
    },
    changed: {
        text: "Changed",
        about: "Came to something else than in the baseline; without assertions, the text is another",
        of: (group) => group.changed,
    },
    broken: {
        text: "Broken",
        about: "Named as broken by the gate, or lost: most samples passed in the baseline, and do not now",
        of: (group) => group.broken,
    },
};

/** Whether a group has everything that is asked for; several conditions hold for the same model. */
function groupMatches(group, view) {
    if (!FILTERS[view.filter].of(group)) return false;
    if (view.status !== "" && !group.cells.some((cell) => cell.status === view.status)) return false;
    if (view.kind !== "" && !group.cells.some((cell) => cell.kind === view.kind)) return false;
    return view.metric === "" || group.cells.some((cell) => isBelow(cell, view.metric));
}

/** Whether a metric of a cell is known and less than 1. */
function isBelow(cell, metric) {
    const score = cell.metrics?.[metric];
    return score !== undefined && (score === null || score < 1);
}

/** Metadata as texts "key=value", for top-level keys with plain values. */
function metadataTexts(metadata) {
    if (metadata === null || typeof metadata !== "object") return [];
    return Object.entries(metadata)
        .filter(([, value]) => value === null || typeof value !== "object")
        .map(([key, value]) => `${key}=${value}`);
}

/** Whether a prompt is shown; `hits` are the numbers of the prompts found by a search, or null without one. */
function promptMatches(prompt, view, models, hits) {
    if (hits && !hits.has(prompt.number)) return false;
    if (view.meta !== "" && !metadataTexts(prompt.metadata).includes(view.meta)) return false;
    const groups = view.model === "" ? prompt.groups : [prompt.groups[models.findIndex((m) => m.label === view.model)]];
    return groups.some((group) => group && groupMatches(group, view));
}

const SORTS = {
    outcome: { text: "outcome", of: (group) => goodness(group) },
    latency: { text: "latency", of: (group) => mean(group, "ms") },
    cost: { text: "cost", of: (group) => mean(group, "cost") },
    tokens: { text: "tokens", of: (group) => mean(group, "tokensOut") },
    score: { text: "score", of: (group) => mean(group, "score") },
};

/** Errors before failures before passes. */
function goodness(group) {
    const { pass, fail, error } = group.counts;
    const judged = pass + fail;
    return (judged > 0 ? pass / judged : 0.5) - (error > 0 ? 2 : 0);
}

/** A comparison of prompts for the view's order; null for the order of the run. */
function order(view, models) {
    if (view.sort === "") return null;
    const sign = view.descending ? -1 : 1;
    if (view.sort === "id") return (a, b) => sign * a.id.localeCompare(b.id, "en", { numeric: true });
    const column = models.findIndex((model) => model.label === view.sort);
    const value = (prompt) => (prompt.groups[column] ? SORTS[view.by].of(prompt.groups[column]) : null);
    return (a, b) => {
        const [first, second] = [value(a), value(b)];
        // What is not known comes last in either direction.
        if (first === null || second === null) return (first === null) - (second === null);
        return sign * (first - second);
    };
}

/** The prompts that are shown, in their order. */
function shownPrompts(prompts, view, models, hits) {
    const shown = prompts.filter((prompt) => promptMatches(prompt, view, models, hits));
    const comparison = order(view, models);
    return comparison ? shown.sort(comparison) : shown;
}
