/* Searching with a regular expression: ids at once, prompts and answers block by block. */

const SCOPES = { all: "everywhere", ids: "ids and labels", prompts: "prompts", answers: "answers" };

/** The expression, which ignores case; null for nothing, and an error's text in `flaw` if it is none. */
function expression(query) {
    if (query === "") return { pattern: null, flaw: null };
    try {
        return { pattern: new RegExp(query, "iu"), flaw: null };
    } catch (error) {
        return { pattern: null, flaw: error.message.replace(/^Invalid regular expression: /, "") };
    }
}

/** The numbers of the prompts that are found without opening anything. */
function quickHits(prompts, models, pattern, scope) {
    if (scope === "answers") return new Set();
    // A label is of many prompts, among which those that have the text elsewhere would not be found.
    const columns = scope === "ids" ? models.flatMap((model, index) => (pattern.test(model.label) ? index : [])) : [];
    const found = prompts.filter(
        (prompt) =>
            (scope !== "prompts" && pattern.test(prompt.id)) ||
            (scope !== "ids" && pattern.test(prompt.start)) ||
            columns.some((column) => prompt.groups[column]),
    );
    return new Set(found.map((prompt) => prompt.number));
}

/** Whether an opened value has the text. */
function contains(name, value, pattern, scope) {
    const isPrompt = name[0] === "p";
    if (scope === (isPrompt ? "answers" : "prompts") || value.text === undefined) return false;
    return (
        pattern.test(value.text) ||
        (isPrompt ? otherPrompts(value) : otherAnswers(value)).some((text) => pattern.test(text))
    );
}

function otherPrompts({ system, turns, messages }) {
    return [system ?? "", ...(turns ?? []), ...(messages ?? []).map((message) => messageText(message.content))];
}

function otherAnswers({ earlier, failure }) {
    return [failure?.message ?? "", ...(earlier ?? [])];
}

/**
 * Finds prompts, and reports the numbers of all found so far with the share that is done.
 *
 * `report` is called often enough to be seen, and once at the end; the search ends early when `isOver()`.
 */
async function search({ details, prompts, promptOfCell, models }, pattern, scope, report, isOver) {
    const hits = quickHits(prompts, models, pattern, scope);
    if (scope === "ids") return report(hits, 1);
    report(hits, 0);
    let [done, reported, known] = [0, performance.now(), hits.size];
    for await (const block of details.all()) {
        if (isOver()) return;
        for (const [name, value] of Object.entries(block)) {
            const number = Number(name.slice(1));
            const prompt = name[0] === "p" ? number : promptOfCell[number];
            if (!hits.has(prompt) && contains(name, value, pattern, scope)) hits.add(prompt);
        }
        done += 1;
        const isFirst = known === 0 && hits.size > 0;
        if (isFirst || performance.now() - reported > 150) {
            report(hits, done / details.elements.length);
            [reported, known] = [performance.now(), hits.size];
            // The page stays responsive.
            await new Promise((resolve) => setTimeout(resolve));
        }
    }
    if (!isOver()) report(hits, 1);
}
