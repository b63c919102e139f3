/* The samples of one prompt and model, folded into one cell of the grid. */

const OUTCOMES = ["pass", "fail", "error", "none", "answered", "open"];
const SIGNS = { pass: "✓", fail: "✗", mixed: "◐", error: "⚠", none: "?", answered: "•", open: "…" };

/** An outcome, or the state of several, with its sign. */
function badge(state, text = state === "none" ? "no verdict" : state) {
    return el("span", { class: `badge ${state}` }, el("span", { "aria-hidden": "true" }, `${SIGNS[state]} `), text);
}

function count(cells, of = (cell) => cell.outcome) {
    const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
    for (const cell of cells) counts[of(cell)] += 1;
    return counts;
}

/** What several samples came to: that of all, or the worst that needs a look. */
function state(counts) {
    if (counts.error > 0) return "error";
    if (counts.fail > 0) return counts.pass > 0 ? "mixed" : "fail";
    if (counts.open > 0) return "open";
    if (counts.none > 0) return "none";
    return counts.pass > 0 ? "pass" : "answered";
}

/** Whether more than half of the samples with a verdict pass; null without any. */
function passes(counts) {
    return counts.pass + counts.fail > 0 ? counts.pass > counts.fail : null;
}

/** The groups of a prompt, one for each model of the run; null for a model that it was not sent to. */
function groupsOf(prompt, models, broken) {
    return models.map((model, index) => {
        const cells = prompt.cells.filter((cell) => cell.model === index);
        return cells.length > 0 ? group(cells, broken.get(model.label)?.get(prompt.id)) : null;
    });
}

function group(cells, brokenSince) {
    const counts = count(cells);
    const compared = cells.filter((cell) => cell.before);
    const before = compared.length > 0 ? count(compared, (cell) => cell.before.outcome) : null;
    const lost = before !== null && passes(before) === true && passes(counts) === false;
    return {
        cells,
        counts,
        before,
        state: state(counts),
        // Named by the night, or else passing in the baseline and not tonight.
        broken: brokenSince !== undefined || lost,
        brokenSince: brokenSince ?? null,
        lost: brokenSince === undefined && lost,
        changed: before !== null && (compared.some(hasChanged) || compared.length < cells.length),
    };
}

/** Whether a cell came to something else than in the baseline; an answer without verdicts counts by its text. */
function hasChanged(cell) {
    if (cell.outcome !== cell.before.outcome) return true;
    return cell.outcome === "answered" && !cell.before.same;
}

/** Whether the models of a prompt, or its samples, did not all give the same answer. */
function isDifferent(prompt) {
    prompt.answers ??= new Set(prompt.cells.filter((cell) => cell.status === "ok").map((cell) => cell.same)).size;
    return prompt.answers > 1;
}

/** The mean of what is known of a group's cells; null if nothing is. */
function mean(group, name) {
    const values = group.cells.map((cell) => cell[name]).filter((value) => value !== null);
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** The group in a word, or as the share of passes where there are several samples. */
function groupText(group) {
    const total = group.cells.length;
    const { pass, fail, error, open } = group.counts;
    if (total > 1 && pass + fail > 0) return `${pass}/${total}`;
    if (group.state === "error") return total > 1 ? `${error}/${total} errors` : (group.cells[0].kind ?? "error");
    if (group.state === "open") return total > 1 ? `${open}/${total} open` : group.cells[0].status;
    if (group.state === "none") return "no verdict";
    if (group.state === "answered" && total > 1) return `${total} answers`;
    return group.state;
}
