/* Charts as drawings: each has a text for readers who do not see it, and its figures stand beside it in a table. */

/** The width of a chart in its own units; on a phone letters have to be larger beside it. */
const WIDTH = matchMedia("(max-width: 700px)").matches ? 380 : 560;

/** A chart with its title; `label` says in a sentence what it shows. */
function chart(title, label, height, ...content) {
    return el(
        "figure",
        {},
        el("figcaption", {}, title),
        svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label }, content),
    );
}

function label(x, y, text, anchor = "start", kind = "") {
    return svg("text", { x, y, "text-anchor": anchor, class: kind }, text);
}

function shortLabel(text, most = 26) {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The room for the labels of rows. */
function margin(texts) {
    return Math.min(190, Math.max(60, 24 + 7.6 * Math.max(...texts.map((text) => text.length))));
}

/** The pass rate of each model with its 95 % interval. */
function rateChart(models) {
    const known = models.filter((model) => model.figures.pass_rate !== null);
    if (known.length === 0) return null;
    const [left, right, step] = [margin(known.map((model) => model.label)), WIDTH - 60, 30];
    const x = (share) => left + share * (right - left);
    const height = 30 + step * known.length;
    const axis = [0, 0.25, 0.5, 0.75, 1].map((share) => [
        svg("line", { x1: x(share), x2: x(share), y1: 4, y2: height - 20, class: "rule" }),
        label(x(share), height - 5, `${100 * share} %`, "middle", "small"),
    ]);
    const rows = known.map(({ label: name, figures }, index) => {
        const y = 16 + step * index;
        const [low, high] = shownInterval(figures) ?? [figures.pass_rate, figures.pass_rate];
        return svg(
            "g",
            { class: `series-${index % 6}` },
            svg("title", {}, `${name}: ${rateText(figures)}`),
            label(left - 10, y + 4, shortLabel(name), "end"),
            svg("line", { x1: x(low), x2: x(high), y1: y, y2: y, class: "interval" }),
            svg("circle", { cx: x(figures.pass_rate), cy: y, r: 5, class: "dot" }),
            label(right + 12, y + 4, percent(figures.pass_rate)),
        );
    });
    const texts = known.map((model) => `${model.label} ${percent(model.figures.pass_rate)}`);
    return chart("Pass rate, with its 95 % interval", `Pass rates: ${texts.join(", ")}`, height, axis, rows);
}

/** The edges of bins that grow by the same factor, which cover all values. */
function bins(values, number) {
    const low = Math.max(1, Math.min(...values.map((list) => list[0])));
    const high = Math.max(low * 1.01, Math.max(...values.map((list) => list.at(-1))));
    return Array.from({ length: number + 1 }, (_, index) => low * (high / low) ** (index / number));
}

/** The milliseconds of a model's answers, sorted. */
function latencies(prompts, model) {
    return prompts
        .flatMap((prompt) => prompt.groups[model]?.cells ?? [])
        .filter((cell) => cell.status === "ok" && !cell.reused && cell.ms !== null)
        .map((cell) => cell.ms)
        .sort((a, b) => a - b);
}

/** The distribution of the latency of each model's answers. */
function latencyChart(models, prompts) {
    const values = models.map((_, index) => latencies(prompts, index));
    const known = values.filter((list) => list.length > 0);
    if (known.length === 0) return null;
    const edges = bins(known, 28);
    const [left, right, step] = [margin(models.map((model) => model.label)), WIDTH - 20, 44];
    const width = (right - left) / 28;
    const height = 26 + step * known.length;
    const rows = models.flatMap((model, index) => {
        if (values[index].length === 0) return [];
        const y = 36 + step * known.indexOf(values[index]);
        const counts = histogram(values[index], edges);
        const top = Math.max(...counts);
        const bars = counts.map((number, bin) =>
            svg(
                "rect",
                {
                    x: left + bin * width,
                    width: width - 1,
                    y: y - (32 * number) / top,
                    height: (32 * number) / top,
                },
                number > 0 ? svg("title", {}, binText(model.label, number, edges, bin)) : null,
            ),
        );
        return svg(
            "g",
            { class: `series-${index % 6}` },
            label(left - 10, y - 6, shortLabel(model.label), "end"),
            bars,
        );
    });
    const ticks = [0, 14, 28].map((bin) =>
        label(left + bin * width, height - 5, duration(edges[bin]), "middle", "small"),
    );
    return chart(
        "Latency of answers",
        "Distribution of the latency by model; see the table for figures",
        height,
        rows,
        ticks,
    );
}

/** What a bar of the distribution stands for. */
function binText(name, number, edges, bin) {
    return `${name}: ${counted(number, "answer")} of ${duration(edges[bin])} to ${duration(edges[bin + 1])}`;
}

/** How many of the sorted values lie in each bin. */
function histogram(values, edges) {
    const counts = new Array(edges.length - 1).fill(0);
    let bin = 0;
    for (const value of values) {
        while (bin < counts.length - 1 && value >= edges[bin + 1]) bin += 1;
        counts[bin] += 1;
    }
    return counts;
}

/** Bars with their amounts: texts, numbers and how the number is written. */
function barChart(title, items, text) {
    const shown = items.filter((item) => item.value > 0);
    if (shown.length === 0) return null;
    const [left, right, step] = [margin(shown.map((item) => item.label)), WIDTH - 90, 26];
    const most = Math.max(...shown.map((item) => item.value));
    const rows = shown.map((item, index) => {
        const y = 8 + step * index;
        return svg(
            "g",
            { class: `series-${(item.series ?? 0) % 6}` },
            svg("title", {}, `${item.label}: ${text(item.value)}`),
            label(left - 10, y + 12, shortLabel(item.label), "end"),
            svg("rect", { x: left, y, width: Math.max(2, ((right - left) * item.value) / most), height: 16 }),
            label(left + ((right - left) * item.value) / most + 8, y + 12, text(item.value)),
        );
    });
    const all = shown.map((item) => `${item.label} ${text(item.value)}`).join(", ");
    return chart(title, `${title}: ${all}`, 8 + step * shown.length, rows);
}

/** A model's points, as far as its pass rate is known. */
function trendLine(nights, { label: name }, series, x, y) {
    const points = nights.flatMap((night, index) => {
        const rate = night.models.find((model) => model.label === name)?.pass_rate ?? null;
        return rate === null ? [] : [{ x: x(index), y: y(rate), text: `${night.run}: ${name} ${percent(rate)}` }];
    });
    const title = (point) => svg("title", {}, point.text);
    return svg(
        "g",
        { class: `series-${series % 6}` },
        svg("polyline", { points: points.map((point) => `${point.x},${point.y}`).join(" "), class: "line" }),
        points.map((point) => svg("circle", { cx: point.x, cy: point.y, r: 3.5, class: "dot" }, title(point))),
    );
}

function legend(models) {
    const names = models.map((model, index) => el("span", { class: `series-${index % 6}` }, el("i", {}), model.label));
    return el("p", { class: "legend" }, names);
}

/** The pass rate of each model over the nights of the series. */
function trendChart(nights, models) {
    const known = nights.filter((night) => night.models.some((model) => model.pass_rate !== null));
    if (known.length < 2) return null;
    const [left, right, top, bottom] = [50, WIDTH - 20, 10, 170];
    const rates = known.flatMap((night) => night.models.map((model) => model.pass_rate ?? 1));
    const floor = Math.floor(10 * Math.min(...rates, 0.9)) / 10;
    const x = (index) => left + ((right - left) * index) / (known.length - 1);
    const y = (rate) => bottom - ((bottom - top) * (rate - floor)) / (1 - floor);
    const rules = [floor, (1 + floor) / 2, 1].map((rate) => [
        svg("line", { x1: left, x2: right, y1: y(rate), y2: y(rate), class: "rule" }),
        label(left - 8, y(rate) + 4, percent(rate), "end", "small"),
    ]);
    const lines = models.map((model, series) => trendLine(known, model, series, x, y));
    const days = [0, known.length - 1].map((index) =>
        label(
            x(index),
            bottom + 20,
            localTime(known[index].created_at).slice(0, 10),
            index === 0 ? "start" : "end",
            "small",
        ),
    );
    const figure = chart(
        `Pass rate over ${counted(known.length, "night")}`,
        "Pass rates of the models by night",
        bottom + 26,
        rules,
        lines,
        days,
    );
    figure.append(legend(models));
    return figure;
}
