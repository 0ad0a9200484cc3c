// The editor for the input.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.lineComment, tags.meta], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--quiet)" },
  { tag: [tags.keyword, tags.labelName, tags.typeName], color: "var(--accent)" },
]);

// Colours are variables of style.css, which know dark and light.
const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--sheet)", height: "100%", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--sheet)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--select)" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--panel)", color: "var(--text)", borderColor: "var(--edge)" },
  ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: "var(--match)" },
  ".cm-button, .cm-textfield": { backgroundImage: "none", backgroundColor: "var(--sheet)", color: "inherit", borderColor: "var(--edge)" },
});

/** The editor for the input. Each file has a state of its own, with its history. */
export class Input {
  readonly #view: EditorView;
  readonly #states = new Map<string, EditorState>();
  readonly #extensions: Extension[];
  #name = "";

  constructor(parent: HTMLElement, changed: () => void) {
    this.#extensions = [
      lineNumbers(),
      drawSelection(),
      highlightSelectionMatches(),
      search({ top: true }),
      syntaxHighlighting(colours),
      look,
      history(),
      highlightActiveLine(),
      indentOnInput(),
      bracketMatching(),
      lintGutter(),
      yaml(),
      keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap]),
      EditorView.contentAttributes.of({ "aria-label": "Manifests", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed();
      }),
    ];
    this.#view = new EditorView();
    // In the place of the text that was there before the editor.
    parent.replaceChildren(this.#view.dom);
  }

  /** Takes other files in the place of those that are there. */
  open(files: { name: string; text: string }[]) {
    this.#states.clear();
    for (const { name, text } of files) this.#states.set(name, EditorState.create({ doc: text, extensions: this.#extensions }));
    this.#name = "";
    this.show(files[0]?.name ?? "");
  }

  show(name: string) {
    const state = this.#states.get(name);
    if (name === this.#name || !state) return;
    if (this.#states.has(this.#name)) this.#states.set(this.#name, this.#view.state);
    this.#name = name;
    this.#view.setState(state);
  }

  text(name: string): string {
    const state = name === this.#name ? this.#view.state : this.#states.get(name);
    return state?.doc.toString() ?? "";
  }

  /** Underlines what messages are about in the file that is shown. */
  mark(diagnostics: Diagnostic[]) {
    const { doc } = this.#view.state;
    const fit = diagnostics.map((one) => {
      const from = Math.min(one.from, doc.length);
      const end = doc.lineAt(from).to;
      // A place without an end is underlined to the end of its line, as one is that goes on in the next.
      return { ...one, from, to: one.to > from ? Math.min(one.to, end) : end };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, fit));
  }

  /** Puts the cursor on a place and brings it into view. */
  go(start: number) {
    const at = Math.min(start, this.#view.state.doc.length);
    this.#view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.#view.focus();
  }
}
