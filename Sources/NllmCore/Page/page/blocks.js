/* The data of the page: blocks of JSON, compressed with zlib and written in base64, opened when they are needed. */

/** The elements with blocks of a kind, in order. */
function blocksOf(name) {
    return [...document.querySelectorAll(`script[data-block="${name}"]`)];
}

function base64Bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const characters = atob(text);
    return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** The value in a block. */
async function openBlock(element) {
    const stream = new Blob([base64Bytes(element.textContent)]).stream();
    return new Response(stream.pipeThrough(new DecompressionStream("deflate"))).json();
}

/** What is shown when a cell is opened, for all prompts and cells, by their numbers. */
class Details {
    /** The number of opened blocks that are kept. */
    static most = 32;

    constructor(elements) {
        this.elements = elements;
        this.opened = new Map();
    }

    /** The content of a block; those that were used last are kept. */
    block(number) {
        const known = this.opened.get(number);
        this.opened.delete(number);
        const block = known ?? openBlock(this.elements[number]);
        this.opened.set(number, block);
        if (this.opened.size > Details.most) this.opened.delete(this.opened.keys().next().value);
        return block;
    }

    async prompt(prompt) {
        return (await this.block(prompt.block))[`p${prompt.number}`];
    }

    async cell(cell) {
        return (await this.block(cell.block))[`c${cell.number}`];
    }

    /** The content of each block in turn, without keeping any. */
    async *all() {
        for (let number = 0; number < this.elements.length; number++) {
            yield await (this.opened.get(number) ?? openBlock(this.elements[number]));
        }
    }
}
