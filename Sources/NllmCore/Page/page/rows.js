/* Prompts and cells, as far as the grid needs them. */

/** The elements of a cell's row, in the order in which they are written. */
const CELL_FIELDS = [
    "model",
    "sample",
    "status",
    "pass",
    "score",
    "ms",
    "tokensIn",
    "tokensOut",
    "cost",
    "attempts",
    "kind",
    "same",
    "block",
    "reused",
    "note",
    "metrics",
    "before",
];
/** Those of the cell of the baseline. */
const BEFORE_FIELDS = ["status", "pass", "score", "same", "edited"];

function named(fields, values) {
    const object = {};
    for (let index = 0; index < fields.length; index++) object[fields[index]] = values[index] ?? null;
    return object;
}

/** What a cell came to: pass, fail, error, none (no verdict), answered (nothing was checked) or open. */
function outcome(side) {
    if (side.status === "error" || side.status === "timeout") return "error";
    if (side.status !== "ok") return "open";
    if (side.pass !== null) return side.pass ? "pass" : "fail";
    return side.note && !side.kind ? "none" : "answered";
}

function readCell(values, number, prompt) {
    const cell = named(CELL_FIELDS, values);
    cell.number = number;
    cell.prompt = prompt;
    cell.outcome = outcome(cell);
    if (cell.before) {
        cell.before = named(BEFORE_FIELDS, cell.before);
        cell.before.outcome = outcome(cell.before);
    }
    return cell;
}

/** All prompts with their cells, numbered in the order of the run. */
async function readPrompts(elements, models, broken) {
    const prompts = [];
    let cells = 0;
    for (const element of elements) {
        for (const [id, start, metadata, block, rows] of await openBlock(element)) {
            const prompt = { number: prompts.length, id, start, metadata, block };
            prompt.cells = rows.map((values) => readCell(values, cells++, prompt));
            prompt.groups = groupsOf(prompt, models, broken);
            prompts.push(prompt);
        }
    }
    return prompts;
}

/** By number of a cell, the number of its prompt. */
function promptNumbers(prompts) {
    return Int32Array.from(prompts.flatMap((prompt) => prompt.cells.map(() => prompt.number)));
}
