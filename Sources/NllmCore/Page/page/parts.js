/* The parts below an opened answer: its prompt, and how it came about. */

function part(title, isOpen, ...content) {
    return el("details", { class: "part", open: isOpen }, el("summary", {}, title), content);
}

/** A message's content as a text; attachments are only named. */
function messageText(content) {
    if (typeof content === "string") return content;
    return content.map((piece) => piece.text ?? `[${piece.url ?? piece.type}]`).join("\n");
}

/** What was asked: a text, or a conversation. */
function promptPart(asked) {
    const titled = (role, text) => [el("p", { class: "role" }, role), plainText(text)];
    const texts = asked.messages
        ? asked.messages.map((message) => titled(message.role, messageText(message.content)))
        : asked.turns
          ? asked.turns.map((text, index) => titled(`turn ${index + 1}`, text))
          : [titled("prompt", asked.text)];
    const more = ["options", "vars", "attachments"].filter((name) => asked[name]);
    return part(
        asked.messages || asked.turns ? "Conversation" : "Prompt",
        true,
        asked.system ? titled("system", asked.system) : null,
        texts,
        asked.schema ? titled("schema", asked.schema) : null,
        more.map((name) => [el("p", { class: "role" }, name), el("div", { class: "json" }, jsonTree(asked[name]))]),
    );
}

function facts(pairs) {
    const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
    return el(
        "dl",
        {},
        known.map(([name, value]) => [
            el("dt", {}, name),
            el("dd", {}, typeof value === "string" ? visible(value) : value),
        ]),
    );
}

/** Times, tokens and what else is known of an attempt. */
function knownFacts(cell, own, prompt) {
    const isCounted = cell.tokensIn !== null || cell.tokensOut !== null;
    const tree = (value) => (value ? el("div", { class: "json" }, jsonTree(value)) : null);
    return facts([
        ["status", own.status ?? cell.status],
        ["started", localTime(own.started)],
        ["finished", localTime(own.finished)],
        ["latency", duration(cell.ms)],
        ["attempts", String(cell.attempts)],
        ["tokens", isCounted ? `${cell.tokensIn ?? "?"} in, ${cell.tokensOut ?? "?"} out` : null],
        ["cost", cell.cost === null ? null : dollars(cell.cost)],
        ["exit code", own.exit ? String(own.exit) : null],
        ["finish reason", own.finish_reason],
        ["served by", [own.served_model, own.served_fingerprint].filter(Boolean).join(", ")],
        ["reused from", own.cached_from ? Object.values(own.cached_from).join(", ") : null],
        ["given", own.given ? "the prompt brought this answer; no model was asked" : null],
        ["metadata", tree(prompt.metadata)],
        ["usage", tree(own.usage)],
    ]);
}

function isPlain(asked) {
    return !asked.messages && !asked.turns;
}

/** A command line for a shell, with the prompt where it is read from standard input. */
function runnable(command, asked) {
    const line = shellLine(command);
    return asked.in_arguments || !isPlain(asked) ? line : `${shellLine(["printf", "%s", asked.text])} | ${line}`;
}

/** Attempts, times, and the command to run it by hand. */
function detailsPart(cell, own, prompt, asked) {
    const command = own.command ? runnable(own.command, asked) : null;
    const isAlone = asked.in_arguments || isPlain(asked);
    const hint = isAlone ? null : "The conversation is read from standard input. ";
    return [
        own.attempts ? part(counted(own.attempts.length, "attempt"), true, attemptTable(own.attempts)) : null,
        part("Details", false, knownFacts(cell, own, prompt)),
        own.stderr ? part("Standard error", false, plainText(own.stderr)) : null,
        command
            ? part(
                  "Run it by hand",
                  false,
                  el("p", { class: "hint" }, hint, copyButton(command, "command")),
                  plainText(command),
              )
            : null,
    ];
}

function attemptTable(attempts) {
    const rows = attempts.map((attempt) => [
        attempt.number === null ? "–" : String(attempt.number),
        attempt.kind ?? attempt.outcome,
        localTime(attempt.finished),
        seconds(attempt.seconds),
        attempt.message ?? "",
    ]);
    return table("Attempts", ["Attempt", "Outcome", "Ended", "Took", "Reason"], rows);
}
