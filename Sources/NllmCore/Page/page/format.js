/* Numbers, times and odd characters as texts. */

/** 0.9034 as "90.3 %"; an empty text for nothing. */
function percent(share) {
    if (share === null || share === undefined) return "";
    const value = 100 * share;
    return `${value === Math.round(value) || value >= 99.95 ? Math.round(value) : value.toFixed(1)} %`;
}

/** US dollars with as many digits as tell small amounts apart. */
function dollars(amount) {
    if (amount === null || amount === undefined) return "?";
    if (amount === 0) return "$0";
    return `$${amount >= 100 ? amount.toFixed(0) : amount >= 0.1 ? amount.toFixed(2) : amount.toPrecision(2)}`;
}

/** Milliseconds as "340 ms", "2.1 s" or "3:05 min". */
function duration(milliseconds) {
    if (milliseconds === null || milliseconds === undefined) return "";
    if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
    const seconds = milliseconds / 1000;
    if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
    return `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")} min`;
}

/** Seconds in the same way. */
function seconds(value) {
    return value === null || value === undefined ? "" : duration(1000 * value);
}

/** 12345 as "12,345". */
function whole(number) {
    return number.toLocaleString("en-US");
}

/** "1 prompt", "1,200 prompts". */
function counted(number, noun) {
    return `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A score with two digits at most. */
function scoreText(score) {
    return score === null || score === undefined ? "" : String(Math.round(100 * score) / 100);
}

/** A UTC time in the reader's own zone, by the minute. */
function localTime(text) {
    if (!text) return "";
    const date = new Date(text);
    const two = (number) => String(number).padStart(2, "0");
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A command line that a shell reads as these words. */
function shellLine(words) {
    const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
    return words.map((word) => quote(String(word))).join(" ");
}

/** Characters that show nothing, or change how others are shown: controls, zero width, directions. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are looked for
const INVISIBLE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

/** A text as nodes in which each invisible character is shown by its number. */
function visible(text) {
    if (!INVISIBLE.test(text)) return [text];
    const pieces = text.split(new RegExp(`(${INVISIBLE.source})`, "u"));
    return pieces.filter((piece) => piece !== "").map((piece) => (INVISIBLE.test(piece) ? mark(piece) : piece));
}

function mark(character) {
    const code = `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return el("span", { class: "invisible", title: code }, code);
}
